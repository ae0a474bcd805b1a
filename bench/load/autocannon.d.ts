/** The part of autocannon 9 that the load stories use; the package has no types of its own. */
declare module 'autocannon' {
  export interface Request {
    readonly path?: string;
    setupRequest?(request: Request): Request;
  }

  export interface Options {
    readonly url: string;
    readonly connections: number;
    /** Seconds. */
    readonly duration: number;
    /** Milliseconds between looks at whether the time is over. */
    readonly sampleInt?: number;
    readonly requests?: readonly Request[];
  }

  export interface Result {
    readonly errors: number;
    readonly timeouts: number;
    readonly non2xx: number;
  }

  export interface Instance extends PromiseLike<Result> {
    on(
      event: 'response',
      listener: (client: unknown, status: number, bytes: number, responseTimeMs: number) => void,
    ): this;
  }

  export default function autocannon(options: Options): Instance;
}
