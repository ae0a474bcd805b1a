import { fieldValue, withoutFields } from '../../http/fields.ts';
import { hopByHopNames } from '../../http/hop-by-hop.ts';
import { type AllowList, permissionOf, targetOfAuthority } from './allow-list.ts';
import type { RequestArguments } from './arguments.ts';

// Written here or by the client, from the URL, the content and the state of the connection.
const WRITTEN_BY_US: readonly string[] = ['host', 'content-length', 'expect'];

/**
 * The fields that go out: what the function gave without the hop-by-hop ones (RFC 9110 §7.6.1), and
 * one Host. The function's own Host stays only if it names a server that the function may reach,
 * because a shared front end would forward to it.
 */
export function outgoingFields(request: RequestArguments, allowList: AllowList): string[] {
  const { fields } = request;
  const names = new Set([...hopByHopNames(fields), ...WRITTEN_BY_US]);
  return ['Host', hostOf(request, allowList), ...withoutFields(fields, names)];
}

function hostOf({ fields, url, target }: RequestArguments, allowList: AllowList): string {
  const given = fieldValue(fields, 'host');
  if (given === undefined) return url.host;
  const named = targetOfAuthority(target.scheme, given);
  if (named === undefined) return url.host;
  return permissionOf(allowList, named).kind === 'permitted' ? given : url.host;
}
