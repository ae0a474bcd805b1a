/** One snippet: the body of an async function with `require` and `out`. Its lines and its result are compared. */
export type Case = readonly [name: string, code: string];
