/**
 * The hook host: a sealed process that runs user code in isolates and does nothing else. It is
 * started by `host/` with file descriptor 3 as its channel and 4 as its status block; see README.md
 * beside this file for what each side guarantees.
 */
import type { Frame } from '../wire/frame.ts';
import { FROM_HOST, type FunctionSettings, TO_HOST } from '../wire/messages.ts';
import { Channel } from './channel.ts';
import type { CallEnd } from './environment.ts';
import { FunctionPool, type PendingOperation, type PoolEvents } from './function-pool.ts';
import { giveUpRights } from './give-up.ts';
import { GuestScript } from './guest-script.ts';
import { createHostGarbageCollector } from './host-garbage.ts';
import { StarvationSlack } from './starvation.ts';
import { StatusBlock } from './status-block.ts';
import { TimeoutBudget } from './timeout-budget.ts';

const CHANNEL_FD = 3;
const STATUS_FD = 4;
const TRIM_INTERVAL_MS = 5000;

giveUpRights();
const collectGarbage = createHostGarbageCollector();

const status = new StatusBlock(STATUS_FD);
const timeouts = new TimeoutBudget();
const slack = new StarvationSlack();
const pools = new Map<number, FunctionPool>();
const operations = new Map<number, PendingOperation>();
let nextOperationId = 1;
let guest: GuestScript | undefined;
const channel = new Channel(CHANNEL_FD, receive, endBatch);

const events: PoolEvents = {
  beginning() {
    status.beginCall();
  },
  entering(functionId, call, loading) {
    status.enter(call?.id ?? 0, functionId, loading);
    // However the stretch ends: a block that goes on naming it would get an idle host killed.
    scheduleEndBatch();
  },
  loaded(functionId, initMs, heapMb) {
    channel.writer.begin(FROM_HOST.loaded, functionId).number(initMs).number(heapMb).end();
    scheduleEndBatch();
  },
  loadFailed(functionId, failure, errorJson, ms) {
    channel.writer
      .begin(FROM_HOST.loadFailed, functionId)
      .text(failure)
      .text(errorJson)
      .number(ms)
      .end();
    scheduleEndBatch();
  },
  callEnded(call, end, heapMb) {
    writeCallEnd(call, end, heapMb);
    channel.flushIfLarge();
    scheduleEndBatch();
  },
  suspended(call) {
    // Sent at once: a host that dies later must not leave it open whether this call had left the
    // CPU.
    channel.writer.begin(FROM_HOST.suspended, call.id).end();
    status.idle();
    channel.flush();
    scheduleEndBatch();
  },
  log(functionId, call, level, message) {
    // Sent at once: the last words of a function that never returns are the ones its author needs.
    channel.writer
      .begin(FROM_HOST.log, call?.id ?? 0)
      .number(functionId)
      .text(level)
      .text(message)
      .end();
    channel.flush();
  },
  operation: sendOperation,
  operationCancelled(environment, operationId) {
    for (const [id, pending] of operations) {
      if (pending.environment !== environment || pending.operation.operationId !== operationId)
        continue;
      channel.writer.begin(FROM_HOST.opCancel, id).end();
      scheduleEndBatch();
    }
  },
};

let batchEndScheduled = false;

/**
 * Stretches also end outside a received batch (timers); then the batch ends with the current turn
 * of the loop.
 */
function scheduleEndBatch(): void {
  if (batchEndScheduled) return;
  batchEndScheduled = true;
  queueMicrotask(endBatch);
}

function endBatch(): void {
  batchEndScheduled = false;
  status.idle();
  channel.flush();
}

function writeCallEnd(
  call: { id: number; usedCpuMs: number; receivedMs: number },
  end: CallEnd,
  heapMb: number,
): void {
  const wallMs = performance.now() - call.receivedMs;
  if (end.kind === 'result') {
    channel.writer
      .begin(FROM_HOST.result, call.id)
      .number(call.usedCpuMs)
      .number(wallMs)
      .number(heapMb)
      .text(end.text)
      .end();
    return;
  }
  channel.writer
    .begin(FROM_HOST.failed, call.id)
    .text(end.failure)
    .number(call.usedCpuMs)
    .number(wallMs)
    .number(heapMb)
    .text(end.text)
    .end();
}

function sendOperation(pending: PendingOperation): void {
  const id = nextOperationId;
  nextOperationId += 1;
  operations.set(id, pending);
  const { name, argumentsJson, content } = pending.operation;
  channel.writer
    .begin(FROM_HOST.op, id)
    .number(pending.callId)
    .number(pending.functionId)
    .text(name)
    .text(argumentsJson)
    .bytes(content)
    .end();
  scheduleEndBatch();
}

function receive(frame: Frame): void {
  switch (frame.type) {
    case TO_HOST.boot:
      boot(frame);
      break;
    case TO_HOST.load:
      addPool(frame).load();
      break;
    case TO_HOST.keep:
      addPool(frame);
      break;
    case TO_HOST.unload:
      pools.get(frame.id)?.end();
      pools.delete(frame.id);
      break;
    case TO_HOST.invoke:
      invoke(frame);
      break;
    case TO_HOST.cancel:
      for (const pool of pools.values()) pool.cancel(frame.id);
      break;
    case TO_HOST.opResult:
      deliver(frame);
      break;
    default:
      throw new Error(`Unknown frame type ${frame.type}`);
  }
}

function boot(frame: Frame): void {
  guest = new GuestScript(frame.text(), frame.bytes());
  const cachedData = guest.warm();
  channel.writer.begin(FROM_HOST.ready, 0).bytes(cachedData).end();
}

function addPool(frame: Frame): FunctionPool {
  if (guest === undefined) throw new Error('A function was sent before the guest script');
  const settings = JSON.parse(frame.text()) as FunctionSettings;
  const pool = new FunctionPool({
    id: frame.id,
    settings,
    text: frame.text(),
    guest,
    timeouts,
    slack,
    events,
  });
  pools.get(frame.id)?.end();
  pools.set(frame.id, pool);
  return pool;
}

function invoke(frame: Frame): void {
  const id = frame.id;
  const functionId = frame.number();
  const call = {
    id,
    cpuMs: frame.number(),
    wallMs: frame.number(),
    deadlineAt: frame.number(),
    isGuarded: frame.number() === 1,
    awsRequestId: frame.text(),
    eventText: frame.text(),
    receivedMs: performance.now(),
    usedCpuMs: 0,
  };
  const pool = pools.get(functionId);
  if (pool === undefined) throw new Error(`Call for function ${functionId}, which is not loaded`);
  pool.invoke(call);
}

function deliver(frame: Frame): void {
  const pending = operations.get(frame.id);
  operations.delete(frame.id);
  if (pending === undefined) return;
  const ok = frame.number() === 1;
  const args = [JSON.parse(frame.text()) as unknown, frame.bytes()];
  pending.environment.deliver({ operationId: pending.operation.operationId, ok, args });
}

setInterval(() => {
  for (const pool of pools.values()) pool.trim(performance.now());
  collectGarbage();
}, TRIM_INTERVAL_MS).unref();

// Ctrl-C at a terminal goes to every process of the group. The edge worker drains then, and needs its hosts until it closes their channels.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
