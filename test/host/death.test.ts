import { describe, expect, test } from 'vitest';
import { isPunishable, loadFailureOf, sortDeath } from '../../src/host/death.ts';
import type { HostEnd } from '../../src/host/host-process.ts';
import { createLane, type Lane, type PendingCall } from '../../src/host/lane.ts';
import type { HostStatus } from '../../src/host/status-file.ts';
import { hosted } from './hosted.ts';

const IDLE: HostStatus = { stretch: 0, call: 0, function: 0, begun: 0, loading: false };
const lane = createLane(1, hosted('one', ''));
const other = createLane(2, hosted('two', ''));
const lanes: ReadonlyMap<number, Lane> = new Map([
  [1, lane],
  [2, other],
]);

function end(status: Partial<HostStatus>, facts: Partial<HostEnd> = {}): HostEnd {
  return {
    killReason: undefined,
    signal: 'SIGKILL',
    exitCode: undefined,
    stderrTail: '',
    status: { ...IDLE, ...status },
    ...facts,
  };
}

function call(id: number, facts: Partial<PendingCall> = {}): PendingCall {
  return {
    id,
    lane,
    request: {
      functionName: 'one',
      point: 'viewer-request',
      requestId: 'r',
      awsRequestId: 'a',
      eventText: '',
      timeoutMs: 1000,
      cpuMs: 50,
    },
    resolve: () => undefined,
    queuedMs: 0,
    dispatchedMs: 0,
    sequence: id,
    suspended: false,
    reachedOut: false,
    dispatches: 1,
    ...facts,
  };
}

interface Row {
  readonly what: string;
  readonly status: Partial<HostStatus>;
  readonly call: Partial<PendingCall>;
  readonly fate: 'blamed' | 'survivor' | 'collateral';
}

/** Call 5 is the one that is judged; call 3 is on the CPU unless the row says otherwise. */
const FATES: readonly Row[] = [
  {
    what: 'is on the CPU',
    status: { stretch: 9, call: 5, function: 1, begun: 5 },
    call: {},
    fate: 'blamed',
  },
  {
    what: 'is on the CPU again after an await',
    status: { stretch: 9, call: 5, function: 1, begun: 7 },
    call: { suspended: true },
    fate: 'blamed',
  },
  {
    what: 'has not begun',
    status: { stretch: 9, call: 3, function: 1, begun: 4 },
    call: {},
    fate: 'survivor',
  },
  {
    what: 'has not begun, for the fourth time',
    status: { stretch: 9, call: 3, function: 1, begun: 4 },
    call: { dispatches: 4 },
    fate: 'survivor',
  },
  {
    what: 'has not begun, for the tenth time',
    status: { stretch: 9, call: 3, function: 1, begun: 4 },
    call: { dispatches: 10 },
    fate: 'collateral',
  },
  {
    what: 'has begun and ended unheard',
    status: { stretch: 9, call: 3, function: 1, begun: 5 },
    call: {},
    fate: 'survivor',
  },
  {
    what: 'has begun three times',
    status: { stretch: 9, call: 3, function: 1, begun: 5 },
    call: { dispatches: 3 },
    fate: 'collateral',
  },
  {
    what: 'waits for something',
    status: { stretch: 9, call: 3, function: 1, begun: 5 },
    call: { suspended: true },
    fate: 'collateral',
  },
  {
    what: 'has asked for something outside',
    status: { stretch: 9, call: 3, function: 1, begun: 5 },
    call: { reachedOut: true },
    fate: 'collateral',
  },
  {
    what: 'has not begun when nobody is on the CPU',
    status: { stretch: 0, call: 5, function: 1, begun: 4 },
    call: {},
    fate: 'survivor',
  },
  {
    what: 'was the last on the CPU but is not any more',
    status: { stretch: 0, call: 5, function: 1, begun: 5 },
    call: {},
    fate: 'survivor',
  },
  {
    what: 'has not begun, where the counts have wrapped',
    status: { stretch: 9, call: 3, function: 1, begun: 0xffff_fffe },
    call: { sequence: 2 ** 32 + 1 },
    fate: 'survivor',
  },
  {
    what: 'has begun, where the counts have wrapped, and waits',
    status: { stretch: 9, call: 3, function: 1, begun: 3 },
    call: { sequence: 2 ** 32 + 2, suspended: true },
    fate: 'collateral',
  },
];

describe('sortDeath()', () => {
  test.each(FATES)('a call that $what: $fate', ({ status, call: facts, fate }) => {
    const judged = call(5, facts);
    const death = sortDeath(end(status), [call(3), judged], lanes);
    const fates = {
      blamed: death.blamed?.call === judged,
      survivor: death.survivors.includes(judged),
      collateral: death.collateral.includes(judged),
    };
    expect(fates).toEqual({
      blamed: fate === 'blamed',
      survivor: fate === 'survivor',
      collateral: fate === 'collateral',
    });
  });

  test('ends the call on the CPU at its wall-clock limit when the machine had no CPU', () => {
    const judged = call(5);
    const status = { stretch: 9, call: 5, function: 1, begun: 5 };
    const death = sortDeath(end(status, { killReason: 'starved' }), [judged], lanes);
    expect(death.blamed).toEqual({ lane, call: judged });
    expect(death.failure).toBe('timeout');
    expect(death.survivors).toEqual([]);
  });

  test('blames the function, and no call, while a module is loaded ahead', () => {
    const status = { stretch: 1, call: 0, function: 2, loading: true };
    const { blamed } = sortDeath(end(status), [], lanes);
    expect(blamed).toEqual({ lane: other, call: undefined });
  });

  test.each([
    ['nobody is on the CPU', { stretch: 0, function: 1 }],
    ['the function on the CPU is in this host no more', { stretch: 4, function: 77 }],
  ])('blames nobody when %s', (_when, status) => {
    expect(sortDeath(end(status), [call(5)], lanes).blamed).toBeUndefined();
  });

  test.each<[string, Partial<HostEnd>, string]>([
    ['the deadline', { killReason: 'cpu' }, 'cpu'],
    ['the RSS watch', { killReason: 'memory' }, 'memory'],
    ['a wall-clock limit on a busy machine', { killReason: 'starved' }, 'timeout'],
    ['V8', { stderrTail: 'FATAL ERROR: Reached heap limit Allocation failed' }, 'memory'],
    ['V8', { stderrTail: '# Fatal JavaScript invalid size error 169220804' }, 'memory'],
    ['the C++ library', { stderrTail: "terminate called after 'std::bad_alloc'" }, 'memory'],
    ['somebody else', { signal: 'SIGSEGV' }, 'exit'],
  ])('says what it was when %s ended the host: %o', (_who, facts, failure) => {
    expect(sortDeath(end({}, facts), [], lanes).failure).toBe(failure);
  });
});

describe('isPunishable()', () => {
  const status = { stretch: 9, call: 5, function: 1, begun: 5 };

  test.each<[string, Partial<HostEnd>, boolean]>([
    ['used its CPU up', { killReason: 'cpu' }, true],
    ['took too much memory', { killReason: 'memory' }, true],
    ['crashed', { signal: 'SIGSEGV' }, true],
    ['ran out of memory inside V8', { signal: 'SIGTRAP' }, true],
    ['ended the process', { signal: undefined, exitCode: 1 }, true],
    ['got no CPU from the machine', { killReason: 'starved' }, false],
    ['was killed from outside', { signal: 'SIGKILL' }, false],
  ])('of a function that %s', (_what, facts, expected) => {
    const death = sortDeath(end(status, facts), [call(5)], lanes);
    expect(isPunishable(death)).toBe(expected);
  });
});

describe('loadFailureOf()', () => {
  test.each([
    ['cpu', 'timeout'],
    ['memory', 'memory'],
    ['exit', 'exit'],
  ] as const)('of a host that ended by %s is %s', (failure, expected) => {
    expect(loadFailureOf(failure)).toBe(expected);
  });
});
