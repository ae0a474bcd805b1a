import { type ConfigProblem, formatPath, type PathSegment } from './problem.ts';

/**
 * A reader of JSON text (RFC 8259) that gives no values, only what is wrong: where, what is there, what was expected.
 * `JSON.parse` makes the values; its messages name no line, no column or no expectation, depending on the fault.
 */

interface Reader {
  readonly text: string;
  at: number;
  readonly path: PathSegment[];
  readonly problems: ConfigProblem[];
}

/** Ends the reading at the first fault. Thrown and caught in this file only. */
class SyntaxFault {
  readonly expected: string;
  constructor(expected: string) {
    this.expected = expected;
  }
}

const DEEPEST = 100;
const BLANK = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** From space up, without the quote and the backslash. */
const STRING_PART = /(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*/y;
const WORD = /[A-Za-z_$][\w$]*/y;

/** The first syntax error, or else each member name that is given twice in one object or is special to JavaScript. */
export function jsonProblems(text: string): ConfigProblem[] {
  const reader: Reader = { text, at: 0, path: [], problems: [] };
  try {
    readValue(reader, 'a value');
    if (peek(reader) !== undefined) throw new SyntaxFault('the end of the file');
  } catch (fault) {
    if (!(fault instanceof SyntaxFault)) throw fault;
    return [{ path: place(reader), found: foundAt(reader), expected: fault.expected }];
  }
  return reader.problems;
}

function readValue(reader: Reader, expected: string): void {
  const char = peek(reader);
  if (char === '{') readObject(reader);
  else if (char === '[') readArray(reader);
  else if (char === '"') readString(reader);
  else if (!takeLiteral(reader)) throw new SyntaxFault(expected);
}

function takeLiteral(reader: Reader): boolean {
  const number = match(reader, NUMBER);
  if (number !== '') {
    reader.at += number.length;
    return true;
  }
  const word = match(reader, WORD);
  if (word !== 'true' && word !== 'false' && word !== 'null') return false;
  reader.at += word.length;
  return true;
}

function readObject(reader: Reader): void {
  const names = new Set<string>();
  enter(reader);
  let expected = 'a member name in double quotes or "}"';
  while (peek(reader) !== '}' || names.size > 0) {
    if (peek(reader) !== '"') throw new SyntaxFault(expected);
    readMember(reader, names);
    if (peek(reader) === '}') break;
    if (peek(reader) !== ',') throw new SyntaxFault('"," or "}"');
    reader.at += 1;
    expected = 'a member name in double quotes (no comma after the last member)';
  }
  reader.at += 1;
}

function readMember(reader: Reader, names: Set<string>): void {
  const startsAt = reader.at;
  const name = readString(reader);
  reader.path.push(name);
  if (names.has(name)) {
    const found = `a second member of this name in ${place({ ...reader, at: startsAt })}`;
    reader.problems.push({ path: formatPath(reader.path), found, expected: 'one' });
  }
  names.add(name);
  if (name === '__proto__') {
    const problem = {
      path: formatPath(reader.path),
      found: '"__proto__"',
      expected: 'another name',
    };
    reader.problems.push(problem);
  }
  if (peek(reader) !== ':') throw new SyntaxFault('":"');
  reader.at += 1;
  readValue(reader, 'a value');
  reader.path.pop();
}

function readArray(reader: Reader): void {
  enter(reader);
  if (peek(reader) === ']') {
    reader.at += 1;
    return;
  }
  for (let index = 0; ; index += 1) {
    reader.path.push(index);
    readValue(reader, index === 0 ? 'a value or "]"' : 'a value (no comma after the last one)');
    reader.path.pop();
    if (peek(reader) === ']') break;
    if (peek(reader) !== ',') throw new SyntaxFault('"," or "]"');
    reader.at += 1;
  }
  reader.at += 1;
}

function enter(reader: Reader): void {
  if (reader.path.length >= DEEPEST) throw new SyntaxFault(`at most ${DEEPEST} levels`);
  reader.at += 1;
}

function readString(reader: Reader): string {
  const startsAt = reader.at;
  reader.at += 1;
  reader.at += match(reader, STRING_PART).length;
  const char = reader.text[reader.at];
  if (char === '\\') throw new SyntaxFault('an escape such as \\n, \\" or \\u0041');
  if (char !== '"') throw new SyntaxFault('the closing double quote of the string');
  reader.at += 1;
  const value: unknown = JSON.parse(reader.text.slice(startsAt, reader.at));
  return String(value);
}

/** The next character that is not blank, without taking it; `undefined` at the end. */
function peek(reader: Reader): string | undefined {
  reader.at += match(reader, BLANK).length;
  return reader.text[reader.at];
}

function match(reader: Reader, pattern: RegExp): string {
  pattern.lastIndex = reader.at;
  return pattern.exec(reader.text)?.[0] ?? '';
}

function place({ text, at }: Reader): string {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return `line ${line}, column ${at - before.lastIndexOf('\n')}`;
}

function foundAt(reader: Reader): string {
  const char = reader.text[reader.at];
  if (char === undefined) return 'the end of the file';
  if (char === '\n' || char === '\r') return 'the end of the line';
  if (reader.text.startsWith('//', reader.at) || reader.text.startsWith('/*', reader.at)) {
    return 'a comment';
  }
  const word = match(reader, WORD);
  return JSON.stringify(word === '' ? char : word);
}
