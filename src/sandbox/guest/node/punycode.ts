import * as given from 'punycode/punycode.js';

/** The punycode module: the npm package of the same author, which Node bundles too. */
export const punycode: unknown = (given as { default?: unknown }).default ?? given;
