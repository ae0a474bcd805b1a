/** What makes a run of a function repeatable: its clock and its random numbers. */
export interface RepeatableSources {
  /** What the function takes for the present, always. */
  readonly nowMs?: number;
  /** What `Math.random` gives, one after the other and then from the beginning. */
  readonly randoms?: readonly number[];
}

// In a function's own world. A Proxy, so that `new Date()` and `Date()` and everything that inherits from it stay what they are.
const FIXED_CLOCK = `{const D=Date,t=NOW;globalThis.Date=new Proxy(D,{construct:(d,a,n)=>Reflect.construct(d,a.length?a:[t],n),apply:()=>new D(t).toString(),get:(d,k,r)=>k==='now'?()=>t:Reflect.get(d,k,r)});D.prototype.constructor=globalThis.Date}`;
const FIXED_RANDOM = `{const v=VALUES;let i=0;Math.random=()=>v[i++%v.length]}`;

const STRICT_MODE = /^\s*(['"])use strict\1;?/;

/**
 * The program of a function with its clock and its random numbers fixed. All of it goes on the first line, so that the lines
 * of stack traces stay right, and behind a "use strict", which has to come first.
 */
export function repeatableProgram(text: string, { nowMs, randoms }: RepeatableSources): string {
  const clock = nowMs === undefined ? '' : FIXED_CLOCK.replace('NOW', String(nowMs));
  const random =
    randoms === undefined ? '' : FIXED_RANDOM.replace('VALUES', JSON.stringify(randoms));
  if (clock === '' && random === '') return text;
  const strict = STRICT_MODE.exec(text)?.[0] ?? '';
  return `${strict}${clock}${random};${text.slice(strict.length)}`;
}
