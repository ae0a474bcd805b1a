/** The answer to an operation of a function, as it goes back over the channel. `resultJson` is the value, or the error's envelope. */
export interface EgressAnswer {
  readonly ok: boolean;
  readonly resultJson: string;
  readonly content: Uint8Array;
}

const NO_BYTES = new Uint8Array(0);

/** The envelope of an Error that the guest rebuilds: name, message and a Node-like code. */
export function refusal(code: string, message: string): EgressAnswer {
  return {
    ok: false,
    resultJson: JSON.stringify({ name: 'Error', message, code }),
    content: NO_BYTES,
  };
}
