/** A path pattern that is ready to match; `undefined` matches every path. */
export type PathMatcher = (path: string) => boolean;

const REGEX_SPECIAL = /[.+^${}()|[\]\\]/g;

/**
 * Compiles a path pattern (CloudFront developer guide): `*` = 0 or more characters, `/` among them, `?` = exactly one, case-sensitive,
 * anchored at both ends, the leading slash optional.
 */
export function compilePattern(pattern: string): PathMatcher {
  if (pattern === '*' || pattern === '/*') return () => true;
  const anchored = withoutNeedlessEscapes(pattern.startsWith('/') ? pattern : `/${pattern}`);
  const stars = anchored.split('*').length - 1;
  if (!anchored.includes('?')) {
    if (stars === 0) return (path) => path === anchored;
    if (stars === 1 && anchored.endsWith('*')) {
      const prefix = anchored.slice(0, -1);
      return (path) => path.startsWith(prefix);
    }
  }
  const source = anchored
    .replace(REGEX_SPECIAL, '\\$&')
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]');
  const regex = new RegExp(`^${source}$`);
  return (path) => regex.test(path);
}

/** RFC 3986 §6.2.2.2: `%61` and `a` are the same path, and most origins take them for the same. `%2F` is not `/`. */
function withoutNeedlessEscapes(path: string): string {
  if (!path.includes('%')) return path;
  return path.replaceAll(/%[\da-f]{2}/gi, (escape) => {
    const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return /[\w.~-]/.test(character) ? character : escape;
  });
}

/**
 * The path by which a behavior is chosen: needless escapes decoded, repeated slashes collapsed and dot segments resolved
 * (RFC 3986 §6.2.2, §5.2.4), or a viewer could choose another behavior than the one for the resource it gets. Only for
 * matching; the raw path is what goes on (CloudFront developer guide).
 */
export function normalizedPath(rawPath: string): string {
  const path = withoutNeedlessEscapes(rawPath);
  if (!path.includes('//') && !path.includes('/.')) return path;
  const segments: string[] = [];
  for (const segment of path
    .replaceAll(/\/{2,}/g, '/')
    .split('/')
    .slice(1)) {
    if (segment === '..') segments.pop();
    else if (segment !== '.') segments.push(segment);
  }
  const joined = `/${segments.join('/')}`;
  // A path that ends in a dot segment names the folder.
  return /\/\.{1,2}$/.test(path) && !joined.endsWith('/') ? `${joined}/` : joined;
}
