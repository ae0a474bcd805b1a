import { isIP } from 'node:net';
import { addressKind } from './private-address.ts';

/**
 * A server that a function names. `host` is in lower case, without the brackets of IPv6 and without
 * a final dot.
 */
export interface EgressTarget {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
}

/**
 * The parsed `network.allow` of a function. `exact` holds what `targetText` gives; a wildcard's
 * `host` is what follows `*.`.
 */
export interface AllowList {
  readonly exact: ReadonlySet<string>;
  readonly wildcards: readonly EgressTarget[];
}

/** Whether a function may reach a target, and which kind of entry says so. */
export type Permission =
  | { readonly kind: 'permitted'; readonly by: 'exact' | 'wildcard' }
  | { readonly kind: 'denied' };

const DEFAULT_PORTS = { http: 80, https: 443 } as const;
const ENTRY = /^(https?):\/\/(\*\.)?([^\s/?#@\\*]+)$/i;

/** The server of a URL; `undefined` when its scheme is neither http nor https. */
export function targetOf(url: URL): EgressTarget | undefined {
  const scheme = url.protocol.slice(0, -1);
  if (scheme !== 'http' && scheme !== 'https') return undefined;
  const { hostname } = url;
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname.replace(/\.$/, '');
  return { scheme, host, port: url.port === '' ? DEFAULT_PORTS[scheme] : Number(url.port) };
}

/**
 * The server of `scheme://text`, where `text` is `host[:port]`; `undefined` when it is not that.
 */
export function targetOfAuthority(
  scheme: EgressTarget['scheme'],
  text: string,
): EgressTarget | undefined {
  if (!/^[^\s/?#@\\]+$/.test(text) || !URL.canParse(`${scheme}://${text}/`)) return undefined;
  return targetOf(new URL(`${scheme}://${text}/`));
}

/** `host:port`, with the brackets of IPv6. */
export function authorityText({ host, port }: Pick<EgressTarget, 'host' | 'port'>): string {
  return `${bracketed(host)}:${port}`;
}

/** A target as an allow-list entry is written: the default port is left out. */
export function targetText({ scheme, host, port }: EgressTarget): string {
  const authority =
    port === DEFAULT_PORTS[scheme] ? bracketed(host) : authorityText({ host, port });
  return `${scheme}://${authority}`;
}

/** Parses allow-list entries `scheme://host[:port]`. What is not one permits nothing. */
export function parseAllowList(entries: readonly string[]): AllowList {
  const exact = new Set<string>();
  const wildcards: EgressTarget[] = [];
  for (const entry of entries) {
    const [, scheme, star, authority = ''] = ENTRY.exec(entry) ?? [];
    if (scheme === undefined) continue;
    const target = targetOfAuthority(scheme.toLowerCase() as EgressTarget['scheme'], authority);
    if (target === undefined) continue;
    if (star === undefined) exact.add(targetText(target));
    // `*.1` would read as an address, and addresses have no subdomains.
    else if (isIP(target.host) === 0) wildcards.push(target);
  }
  return { exact, wildcards };
}

/**
 * Looks a target up in an allow-list. A wildcard stands for one or more labels, never for the bare
 * domain.
 */
export function permissionOf(list: AllowList, target: EgressTarget): Permission {
  if (list.exact.has(targetText(target))) return { kind: 'permitted', by: 'exact' };
  const matches = list.wildcards.some(
    ({ scheme, host, port }) =>
      scheme === target.scheme && port === target.port && isSubdomain(target.host, host),
  );
  return matches ? { kind: 'permitted', by: 'wildcard' } : { kind: 'denied' };
}

/**
 * Whether the list permits a private address for a permitted target: because an entry names this
 * address, with the scheme and port of the target, or because an entry names `localhost` and the
 * address is a loopback one.
 */
export function permitsAddress(list: AllowList, target: EgressTarget, address: string): boolean {
  const canonical = targetOfAuthority(target.scheme, authorityText({ ...target, host: address }));
  if (canonical !== undefined && list.exact.has(targetText(canonical))) return true;
  const isLocalhost = target.host === 'localhost' || target.host.endsWith('.localhost');
  return isLocalhost && list.exact.has(targetText(target)) && addressKind(address) === 'loopback';
}

function isSubdomain(host: string, domain: string): boolean {
  return host.length > domain.length + 1 && host.endsWith(`.${domain}`);
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
