/**
 * The head of a top-level class that refers to itself, as esbuild writes it: `var Foo = class _Foo
 * extends Bar {`.
 */
const RENAMED_CLASS =
  /^[ \t]*(?:var |let |const )?[\w$]+ = class (?<renamed>_(?<name>[\w$]+))(?: extends [^\n]+)? \{$/gm;

/**
 * Gives classes of a bundle their names back. esbuild turns a top-level `class Foo` that mentions
 * itself into `var Foo = class _Foo`, and the function's `error.constructor.name` would become
 * `_Foo`. Its own remedy, `keepNames`, costs 190 ns for every inner closure that a handler makes,
 * so only the classes are mended here. A class may have a static member `name` of its own; that one
 * stays. Adds no line: the source map stays true.
 */
export function restoreClassNames(program: string): string {
  return program.replace(RENAMED_CLASS, (head, renamed: string, name: string) => {
    const mended = `Object.defineProperty(this, "name", { value: "${name}", configurable: true })`;
    return `${head} static { if (this.name === "${renamed}") ${mended}; }`;
  });
}
