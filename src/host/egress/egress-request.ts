/**
 * The answer to an operation of a function, as it goes back over the channel. `resultJson` is the
 * value, or the error's envelope.
 */
export interface EgressAnswer {
  readonly ok: boolean;
  readonly resultJson: string;
  readonly content: Uint8Array;
}

/**
 * Members that Node gives to errors of its own beside `code`: errno, syscall, address, port,
 * hostname, …
 */
export type ErrorMembers = Readonly<Record<string, string | number>>;

const NO_BYTES = new Uint8Array(0);

/**
 * The envelope of an Error that the guest rebuilds: name, message and a Node-like code, with
 * further members if there are any.
 */
export function refusal(code: string, message: string, members: ErrorMembers = {}): EgressAnswer {
  const name = code === 'ABORT_ERR' ? 'AbortError' : 'Error';
  return {
    ok: false,
    resultJson: JSON.stringify({ ...members, name, message, code }),
    content: NO_BYTES,
  };
}

/** The answer to an operation that succeeded. */
export function success(result: object, content: Uint8Array = NO_BYTES): EgressAnswer {
  return { ok: true, resultJson: JSON.stringify(result), content };
}
