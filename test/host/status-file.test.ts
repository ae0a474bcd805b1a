import { closeSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StatusFile } from '../../src/host/status-file.ts';
import { StatusBlock } from '../../src/sandbox/status-block.ts';

let file: StatusFile;
let block: StatusBlock;

beforeEach(() => {
  file = new StatusFile();
  block = new StatusBlock(file.fd);
});

afterEach(() => {
  file.close();
});

describe('StatusFile reads what StatusBlock writes', () => {
  test('nobody, before anything has run', () => {
    const nobody = { stretch: 0, call: 0, function: 0, begun: 0, loading: false };
    expect(file.read()).toEqual(nobody);
  });

  test('whose stretch it is, and how many calls have begun', () => {
    block.beginCall();
    block.enter(41, 7, false);
    expect(file.read()).toEqual({ stretch: 1, call: 41, function: 7, begun: 1, loading: false });
    block.enter(41, 7, false);
    expect(file.read()).toMatchObject({ stretch: 2, begun: 1 });
    block.beginCall();
    block.enter(42, 8, true);
    const second = { stretch: 3, call: 42, function: 8, begun: 2, loading: true };
    expect(file.read()).toEqual(second);
  });

  test('nobody, after the last stretch of a batch, and another stretch afterwards', () => {
    block.beginCall();
    block.enter(41, 7, false);
    block.idle();
    expect(file.read()).toMatchObject({ stretch: 0, begun: 1 });
    block.enter(41, 7, false);
    expect(file.read().stretch).toBe(2);
  });

  test('close() can be called twice and does not close what has taken the descriptor since', () => {
    const { fd } = file;
    file.close();
    const next = new StatusFile();
    expect(next.fd).toBe(fd);
    file.close();
    expect(next.read().stretch).toBe(0);
    closeSync(next.fd);
  });
});
