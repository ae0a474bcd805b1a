import type { LookupAddress } from 'node:dns';
import { describe, expect, test } from 'vitest';
import { parseAllowList, targetOf } from '../../../src/host/egress/allow-list.ts';
import {
  checkAddresses,
  createCheckedLookup,
  type LookupSubject,
} from '../../../src/host/egress/checked-lookup.ts';

function subjectFor(url: string, allow: readonly string[], isPinned = false): LookupSubject {
  const target = targetOf(new URL(url));
  if (target === undefined) throw new Error('No target');
  return { functionName: 'auth', target, allowList: parseAllowList(allow), isPinned };
}

function v4(...addresses: string[]): LookupAddress[] {
  return addresses.map((address) => ({ address, family: 4 }));
}

describe('checkAddresses()', () => {
  const subject = subjectFor('https://a.test', ['https://a.test', 'https://10.0.0.5']);

  test('admits public addresses and those that the allow-list names', () => {
    expect(checkAddresses(v4('8.8.8.8', '10.0.0.5'), subject)).toEqual({
      kind: 'admitted',
      addresses: v4('8.8.8.8', '10.0.0.5'),
    });
  });

  test('leaves private addresses out of a mixed answer', () => {
    expect(checkAddresses(v4('127.0.0.1', '8.8.8.8'), subject)).toEqual({
      kind: 'admitted',
      addresses: v4('8.8.8.8'),
    });
  });

  test('refuses an answer of private addresses only', () => {
    expect(checkAddresses(v4('169.254.169.254', '127.0.0.1'), subject)).toEqual({
      kind: 'refused',
      address: '169.254.169.254',
      addressKind: 'metadata',
    });
  });

  test('admits any address of a pinned target', () => {
    const pinned = subjectFor('https://a.test', ['https://a.test'], true);
    expect(checkAddresses(v4('127.0.0.1'), pinned)).toMatchObject({ kind: 'admitted' });
  });
});

function lookUp(all: boolean, answer: LookupAddress[]): Promise<unknown[]> {
  const subject = subjectFor('https://a.test', ['https://a.test']);
  const lookup = createCheckedLookup(subject, () => Promise.resolve(answer));
  return new Promise((resolve) => {
    lookup('a.test', { all }, (...results) => resolve(results));
  });
}

describe('createCheckedLookup()', () => {
  test('hands over what passed the check', async () => {
    expect(await lookUp(true, v4('10.0.0.1', '8.8.8.8'))).toEqual([null, v4('8.8.8.8')]);
    expect(await lookUp(false, v4('10.0.0.1', '8.8.8.8'))).toEqual([null, '8.8.8.8', 4]);
  });

  test('fails with the line to add when nothing passed', async () => {
    const [failure] = await lookUp(true, v4('10.0.0.1'));
    expect(failure).toMatchObject({
      code: 'ERR_EGRESS_DENIED',
      message:
        'Cannot reach https://a.test: its address 10.0.0.1 is not public (private) and not in the allow-list of function "auth"; to permit it add "https://10.0.0.1" to functions.auth.network.allow',
    });
  });

  test('fails with ENOTFOUND when there is no address', async () => {
    const [failure] = await lookUp(true, []);
    expect(failure).toMatchObject({ code: 'ENOTFOUND', hostname: 'a.test' });
  });
});
