/**
 * npm packages whose work is done by compiled code, and what to use instead. They are known by name
 * because most find their binary with a computed `require` that no bundler can follow.
 */
export const NATIVE_PACKAGES = {
  sharp: 'transform images at the origin, or with an image codec compiled to WebAssembly',
  canvas: 'draw at the origin, or with a canvas written in JavaScript',
  '@napi-rs/canvas': 'draw at the origin, or with a canvas written in JavaScript',
  bcrypt: 'use bcryptjs, or crypto.scrypt',
  '@node-rs/bcrypt': 'use bcryptjs, or crypto.scrypt',
  argon2: 'use hash-wasm, or crypto.scrypt',
  '@node-rs/argon2': 'use hash-wasm, or crypto.scrypt',
  sqlite3: 'ask a database over the network (network.allow)',
  'better-sqlite3': 'ask a database over the network (network.allow)',
  lmdb: 'keep the data in the package as JSON',
  'pg-native': 'use pg without its native part',
  libpq: 'use pg without its native part',
  'aws-crt': 'use the JavaScript signers of @aws-sdk (@smithy/signature-v4)',
  re2: 'use RegExp; the CPU limit of the function bounds it',
  'node-sass': 'compile style sheets before deployment',
  grpc: 'use fetch or https',
  'isolated-vm': 'the function already runs in an isolate of its own',
} as const satisfies Record<string, string>;

/** What to do instead of a native add-on that is not in the table. */
export const NATIVE_INSTEAD = 'use a package written in JavaScript or compiled to WebAssembly';

/** Packages that load the binary of the package that requires them. */
export const BINARY_LOADERS = [
  'bindings',
  'node-gyp-build',
  'node-gyp-build-optional-packages',
  'node-pre-gyp',
  '@mapbox/node-pre-gyp',
  'pkg-prebuilds',
] as const;

function escaped(name: string): string {
  return name.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
}

const packageNames = Object.keys(NATIVE_PACKAGES).map(escaped).join('|');
const loaderNames = BINARY_LOADERS.map(escaped).join('|');

/** Matches an import of native code: a known package, a loader of binaries, a `.node` file. */
export const NATIVE_IMPORT = new RegExp(
  String.raw`^(?:${packageNames})(?:\/.*)?$|^(?:${loaderNames})$|^@img\/sharp-|\.node$`,
);

/** What to use instead of the native code that `specifier` names. */
export function insteadOf(specifier: string): string {
  const table: Readonly<Record<string, string>> = NATIVE_PACKAGES;
  return table[packageNameOf(specifier)] ?? NATIVE_INSTEAD;
}

/** The package part of a bare import: `@aws-sdk/client-s3/dist` is in `@aws-sdk/client-s3`. */
export function packageNameOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

/** The npm package that a file belongs to, by its path. */
export function packageOfFile(file: string): string | undefined {
  const inside = file.split(/[\\/]node_modules[\\/]/);
  return inside.length === 1
    ? undefined
    : packageNameOf((inside.at(-1) ?? '').replaceAll('\\', '/'));
}
