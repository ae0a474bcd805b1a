import { stop } from 'esbuild';

let users = 0;

/**
 * Runs work that needs esbuild and ends esbuild's service process after the last of it, so that a
 * serving edge has no child process that it does not use.
 */
export async function withEsbuild<Result>(work: () => Promise<Result>): Promise<Result> {
  users += 1;
  try {
    return await work();
  } finally {
    users -= 1;
    if (users === 0) await stop();
  }
}
