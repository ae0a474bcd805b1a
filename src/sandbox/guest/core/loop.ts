import { type AsyncFrame, currentFrame, swapFrame } from './async-frame.ts';
import { openHostOperations } from './host.ts';

/**
 * The guest's event loop. The host turns it with `poll`, one macrotask per turn, so that V8 drains
 * the microtasks in between, as Node does. Ticks (process.nextTick) run when a macrotask ends,
 * before its microtasks; ticks that a microtask adds run in a turn of their own, after the
 * microtasks.
 */

type Task = (...args: unknown[]) => unknown;

/** One scheduled call. `args` is shared with the caller: never changed after scheduling. */
interface Tick {
  readonly run: Task;
  readonly args: readonly unknown[];
  readonly frame: AsyncFrame;
}

/** What the loop knows of a timer. The public Timeout object extends it. */
export interface TimerEntry {
  run: Task;
  args: readonly unknown[];
  frame: AsyncFrame;
  dueAt: number;
  order: number;
  /** Milliseconds between runs; 0 = once. */
  repeatMs: number;
  delayMs: number;
  isReferenced: boolean;
  /** Index in the heap, or -1. */
  slot: number;
}

export interface ImmediateEntry {
  run: Task | undefined;
  args: readonly unknown[];
  frame: AsyncFrame;
  isReferenced: boolean;
}

/**
 * Answers of `turn`: nothing pending, more work at once, or milliseconds (Infinity = only host
 * operations are open).
 */
export const LOOP_EMPTY = -1;
export const LOOP_BUSY = 0;

let reportUncaught: (thrown: unknown) => void = () => undefined;
let ticks: Tick[] = [];
let nextTickIndex = 0;
let immediates: ImmediateEntry[] = [];
let batch: ImmediateEntry[] = [];
let referencedImmediates = 0;
let referencedTimers = 0;
let order = 0;
const heap: TimerEntry[] = [];
const now = Date.now;

/** `report` gets what a task throws: an uncaught exception. */
export function initLoop(report: (thrown: unknown) => void): void {
  reportUncaught = report;
}

export function addTick(run: Task, args: readonly unknown[]): void {
  ticks.push({ run, args, frame: currentFrame() });
}

/**
 * Runs the ticks that are due, and those they add. Called at the end of every entry from the host.
 */
export function runTicks(): void {
  while (nextTickIndex < ticks.length) {
    const tick = ticks[nextTickIndex];
    nextTickIndex += 1;
    if (tick !== undefined) runTask(tick.run, tick.args, tick.frame);
  }
  if (nextTickIndex > 0) {
    ticks = [];
    nextTickIndex = 0;
  }
}

/**
 * Runs one callback of the outside world (timer, host operation) in its frame; what it throws is an
 * uncaught exception.
 */
export function runTask(
  run: Task,
  args: readonly unknown[],
  frame: AsyncFrame,
  self?: object,
): void {
  const previous = swapFrame(frame);
  try {
    Reflect.apply(run, self, args);
  } catch (thrown) {
    reportUncaught(thrown);
  } finally {
    swapFrame(previous);
  }
}

export function addImmediate(entry: ImmediateEntry): void {
  immediates.push(entry);
  if (entry.isReferenced) referencedImmediates += 1;
}

export function cancelImmediate(entry: ImmediateEntry): void {
  if (entry.run === undefined) return;
  entry.run = undefined;
  if (entry.isReferenced) referencedImmediates -= 1;
}

export function referImmediate(entry: ImmediateEntry, isReferenced: boolean): void {
  if (entry.run !== undefined && entry.isReferenced !== isReferenced) {
    referencedImmediates += isReferenced ? 1 : -1;
  }
  entry.isReferenced = isReferenced;
}

export function addTimer(timer: TimerEntry): void {
  timer.dueAt = now() + timer.delayMs;
  order += 1;
  timer.order = order;
  if (timer.slot === -1) {
    if (timer.isReferenced) referencedTimers += 1;
    timer.slot = heap.length;
    heap.push(timer);
    siftUp(timer.slot);
    return;
  }
  siftUp(timer.slot);
  siftDown(timer.slot);
}

/** Ends a timer, also one whose callback is running. */
export function cancelTimer(timer: TimerEntry): void {
  timer.repeatMs = 0;
  unlinkTimer(timer);
}

function unlinkTimer(timer: TimerEntry): void {
  const slot = timer.slot;
  if (slot === -1) return;
  timer.slot = -1;
  if (timer.isReferenced) referencedTimers -= 1;
  const last = heap.pop();
  if (last === undefined || last === timer) return;
  heap[slot] = last;
  last.slot = slot;
  siftUp(slot);
  siftDown(last.slot);
}

export function referTimer(timer: TimerEntry, isReferenced: boolean): void {
  if (timer.slot !== -1 && timer.isReferenced !== isReferenced) {
    referencedTimers += isReferenced ? 1 : -1;
  }
  timer.isReferenced = isReferenced;
}

/**
 * One turn: ticks, or one due timer, or one immediate. Returns what the loop waits for afterwards.
 */
export function turn(nowMs: number): number {
  if (ticks.length > 0) {
    runTicks();
    return LOOP_BUSY;
  }
  if (batch.length > 0) {
    runImmediate(batch);
  } else {
    const first = heap[0];
    if (first !== undefined && first.dueAt <= nowMs) {
      runTimer(first);
    } else if (immediates.length > 0) {
      batch = immediates.toReversed();
      immediates = [];
      runImmediate(batch);
    } else {
      return waitMs(nowMs);
    }
  }
  runTicks();
  return LOOP_BUSY;
}

/** Whether anything referenced is pending, ticks included. */
export function isLoopEmpty(): boolean {
  return (
    ticks.length === 0 &&
    referencedTimers === 0 &&
    referencedImmediates === 0 &&
    openHostOperations() === 0
  );
}

function waitMs(nowMs: number): number {
  if (isLoopEmpty()) return LOOP_EMPTY;
  const first = heap[0];
  return first === undefined ? Number.POSITIVE_INFINITY : Math.max(1, first.dueAt - nowMs);
}

function runImmediate(entries: ImmediateEntry[]): void {
  const entry = entries.pop();
  const run = entry?.run;
  if (entry === undefined || run === undefined) return;
  cancelImmediate(entry);
  runTask(run, entry.args, entry.frame, entry);
}

function runTimer(timer: TimerEntry): void {
  unlinkTimer(timer);
  const { run, args, frame } = timer;
  const scheduled = timer.order;
  runTask(run, args, frame, timer);
  if (timer.repeatMs > 0 && timer.slot === -1 && timer.order === scheduled) {
    timer.delayMs = timer.repeatMs;
    addTimer(timer);
  }
}

function isBefore(a: TimerEntry, b: TimerEntry): boolean {
  return a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.order < b.order);
}

function siftUp(start: number): void {
  const timer = heap[start];
  if (timer === undefined) return;
  let slot = start;
  while (slot > 0) {
    const parentSlot = (slot - 1) >> 1;
    const parent = heap[parentSlot];
    if (parent === undefined || !isBefore(timer, parent)) break;
    heap[slot] = parent;
    parent.slot = slot;
    slot = parentSlot;
  }
  heap[slot] = timer;
  timer.slot = slot;
}

function siftDown(start: number): void {
  const timer = heap[start];
  if (timer === undefined) return;
  let slot = start;
  for (;;) {
    const left = heap[2 * slot + 1];
    if (left === undefined) break;
    const right = heap[2 * slot + 2];
    const child = right !== undefined && isBefore(right, left) ? right : left;
    if (!isBefore(child, timer)) break;
    const childSlot = child.slot;
    heap[slot] = child;
    child.slot = slot;
    slot = childSlot;
  }
  heap[slot] = timer;
  timer.slot = slot;
}
