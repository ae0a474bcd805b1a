import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { type AllowList, type EgressTarget, permitsAddress, targetText } from './allow-list.ts';
import { egressFailure } from './egress-failure.ts';
import { type AddressKind, addressKind } from './private-address.ts';

/** Finds the addresses of a host name. Rejects with the errors of `getaddrinfo`. */
export type ResolveName = (hostname: string) => Promise<readonly LookupAddress[]>;

/** The resolver of the machine, `/etc/hosts` included. */
export const systemResolver: ResolveName = (hostname) => lookup(hostname, { all: true });

/**
 * Who asks for which target, and whether the configuration pins it to an address, which permits
 * that address.
 */
export interface LookupSubject {
  readonly functionName: string;
  readonly target: EgressTarget;
  readonly allowList: AllowList;
  readonly isPinned: boolean;
}

/** The addresses that may be connected to, or the first of those that may not. */
export type AddressCheck =
  | { readonly kind: 'admitted'; readonly addresses: LookupAddress[] }
  | { readonly kind: 'refused'; readonly address: string; readonly addressKind: AddressKind };

/**
 * Decides which addresses of a permitted target may be connected to: public ones, and those that
 * the configuration names.
 */
export function checkAddresses(
  addresses: readonly LookupAddress[],
  { target, allowList, isPinned }: LookupSubject,
): AddressCheck {
  const admitted = addresses.filter(
    ({ address }) =>
      isPinned || addressKind(address) === 'public' || permitsAddress(allowList, target, address),
  );
  const [first] = addresses;
  return admitted.length > 0 || first === undefined
    ? { kind: 'admitted', addresses: admitted }
    : { kind: 'refused', address: first.address, addressKind: addressKind(first.address) };
}

/**
 * The `lookup` of a connection: resolves once, checks, and hands over only what passed, so the
 * connection goes to a checked address and no second answer of the name server can come between
 * (DNS rebinding).
 */
export function createCheckedLookup(subject: LookupSubject, resolve: ResolveName): LookupFunction {
  return (hostname, options, callback) => {
    const deliver = ([first, ...others]: LookupAddress[]): void => {
      if (first === undefined) callback(notFound(hostname), []);
      else if (options.all === true) callback(null, [first, ...others]);
      else callback(null, first.address, first.family);
    };
    const fail = (failure: NodeJS.ErrnoException): void => callback(failure, []);
    resolveChecked(hostname, subject, resolve).then(deliver, fail);
  };
}

async function resolveChecked(
  hostname: string,
  subject: LookupSubject,
  resolve: ResolveName,
): Promise<LookupAddress[]> {
  const check = checkAddresses(await resolve(hostname), subject);
  if (check.kind === 'admitted') return check.addresses;
  throw privateAddress(subject, check.address, check.addressKind);
}

function notFound(hostname: string): NodeJS.ErrnoException {
  const message = `getaddrinfo ENOTFOUND ${hostname}`;
  return Object.assign(new Error(message), { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname });
}

function privateAddress(subject: LookupSubject, address: string, kind: AddressKind): Error {
  const { functionName, target } = subject;
  const line = targetText({ ...target, host: address });
  return egressFailure(
    'ERR_EGRESS_DENIED',
    `Cannot reach ${targetText(target)}: its address ${address} is not public (${kind}) and not in the allow-list of function "${functionName}"; to permit it add "${line}" to functions.${functionName}.network.allow`,
  );
}
