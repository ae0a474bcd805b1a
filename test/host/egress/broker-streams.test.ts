import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { EgressBroker } from '../../../src/host/egress/broker.ts';
import type { Lane, PendingCall } from '../../../src/host/lane.ts';
import { Recorder } from '../../support/recorder.ts';
import { callOf, get, laneFor, newBroker, operate, serverFor } from './egress-fixture.ts';

/** A server whose responses the test writes itself. */
async function openServer() {
  const responses = new Recorder<ServerResponse>();
  const server = await serverFor((_request, response) => responses.add(response));
  return { server, responses };
}

async function readAll(broker: EgressBroker, lane: Lane, stream: unknown, call: PendingCall) {
  const parts: string[] = [];
  for (;;) {
    const { ok, result, content } = await operate(broker, lane, ['egress.read', { stream }], {
      call,
    });
    expect(ok).toBe(true);
    parts.push(content);
    if (result['done'] === true) return parts;
  }
}

async function openStream(limits = {}, callOptions = {}) {
  const { server, responses } = await openServer();
  const lane = laneFor({ allow: [server.url] });
  const broker = newBroker({ limits });
  const call = callOf(lane, callOptions);
  const answered = operate(broker, lane, get(server.url, { streaming: true }), { call });
  const response = await responses.waitFor();
  response.write('first ');
  const { result, content } = await answered;
  return { server, lane, broker, call, response, result, content, stream: result['stream'] };
}

test('a small response that is there at once is answered whole', async () => {
  const server = await serverFor((_request, response) => response.end('small'));
  const lane = laneFor({ allow: [server.url] });
  const limits = { wholeContentWaitMs: 5_000 };
  const answer = await operate(newBroker({ limits }), lane, get(server.url, { streaming: true }));
  expect(answer).toMatchObject({ ok: true, content: 'small' });
  expect(answer.result).not.toHaveProperty('stream');
});

test('a slow response is answered as a stream', async () => {
  const { broker, lane, call, response, result, content, stream } = await openStream();
  expect(result).toMatchObject({ status: 200, stream: expect.any(Number) });
  expect(content).toBe('');
  const [name, args] = ['egress.read', { stream }] as const;
  expect(await operate(broker, lane, [name, args], { call })).toEqual({
    ok: true,
    result: { done: false },
    content: 'first ',
  });
  response.end('last');
  expect((await readAll(broker, lane, stream, call)).join('')).toBe('last');
  const closed = await operate(broker, lane, [name, args], { call });
  expect(closed.result).toMatchObject({ code: 'ERR_EGRESS_STREAM' });
});

test('a long response is answered as a stream, and comes no faster than it is read', async () => {
  const { server, responses } = await openServer();
  const lane = laneFor({ allow: [server.url] });
  const call = callOf(lane);
  const broker = newBroker({ limits: { wholeContentBytes: 10_000, wholeContentWaitMs: 60_000 } });
  const answered = operate(broker, lane, get(server.url, { streaming: true }), { call });
  const response = await responses.waitFor();
  const whole = Buffer.alloc(8_000_000, 'abcdefghij');
  response.end(whole);
  const { result } = await answered;
  const parts = await readAll(broker, lane, result['stream'], call);
  expect(parts.join('')).toBe(whole.toString('latin1'));
  // One read gives what is held: the limit, and at most one read of the socket more.
  expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(10_000 + 2 * 65_536);
});

test('buffered: true, or no streaming: true, gives the whole content however slow it is', async () => {
  const { server, responses } = await openServer();
  const lane = laneFor({ allow: [server.url] });
  const broker = newBroker({ limits: { wholeContentWaitMs: 0 } });
  const answers = [{}, { streaming: true, buffered: true }].map((more) =>
    operate(broker, lane, get(server.url, more)),
  );
  for (const response of await responses.waitForCount(2)) {
    response.write('half ');
    setImmediate(() => response.end('whole'));
  }
  for (const answer of answers) expect((await answer).content).toBe('half whole');
});

describe('a stream ends', () => {
  test('when it is closed, with its connection', async () => {
    const { broker, lane, call, response, stream } = await openStream();
    const closed = new Promise((resolve) => response.on('close', resolve));
    const answer = await operate(broker, lane, ['egress.close', { stream }], { call });
    expect(answer).toEqual({ ok: true, result: {}, content: '' });
    await closed;
    const again = await operate(broker, lane, ['egress.close', { stream }], { call });
    expect(again).toMatchObject({ ok: true });
  });

  test('when its call is over', async () => {
    const { broker, lane, call, response, stream } = await openStream();
    const closed = new Promise((resolve) => response.on('close', resolve));
    await operate(broker, lane, ['egress.read', { stream }], { call });
    const reading = operate(broker, lane, ['egress.read', { stream }], { call });
    broker.endCall(call);
    expect((await reading).result).toMatchObject({ code: 'ABORT_ERR' });
    await closed;
  });

  test('when no time is left of its call', async () => {
    const { broker, lane, call, response, stream } = await openStream({}, { timeoutMs: 200 });
    const closed = new Promise((resolve) => response.on('close', resolve));
    await closed;
    const answer = await operate(broker, lane, ['egress.read', { stream }], { call });
    expect(answer.ok).toBe(false);
    expect(answer.result['code']).toMatch(/^(ETIMEDOUT|ERR_EGRESS_STREAM)$/);
  });

  test('when a read of it is aborted', async () => {
    const { broker, lane, call, response, stream } = await openStream();
    const closed = new Promise((resolve) => response.on('close', resolve));
    await operate(broker, lane, ['egress.read', { stream }], { call });
    const controller = new AbortController();
    const { signal } = controller;
    const reading = operate(broker, lane, ['egress.read', { stream }], { call, signal });
    controller.abort();
    expect((await reading).result).toMatchObject({ code: 'ABORT_ERR' });
    await closed;
  });

  test('with a failure when the server breaks off, after what had come', async () => {
    const { broker, lane, call, response, stream } = await openStream();
    const args = ['egress.read', { stream }] as const;
    expect((await operate(broker, lane, args, { call })).content).toBe('first ');
    response.destroy();
    expect((await operate(broker, lane, args, { call })).result).toMatchObject({
      code: 'ECONNRESET',
    });
  });

  test('with a failure when it is over its limit', async () => {
    const { broker, lane, call, response, stream } = await openStream({ responseContentBytes: 10 });
    const args = ['egress.read', { stream }] as const;
    expect((await operate(broker, lane, args, { call })).content).toBe('first ');
    response.write('second ');
    expect((await operate(broker, lane, args, { call })).result).toMatchObject({
      code: 'ERR_EGRESS_RESPONSE_TOO_LARGE',
    });
  });
});

test('a stream cannot be read by another call or another function', async () => {
  const { server, broker, lane, stream } = await openStream();
  const args = ['egress.read', { stream }] as const;
  const otherCall = await operate(broker, lane, args, { call: callOf(lane) });
  expect(otherCall.result).toMatchObject({ code: 'ERR_EGRESS_STREAM' });
  const otherFunction = await operate(broker, laneFor({ allow: [server.url] }, 'route'), args);
  expect(otherFunction.result).toMatchObject({ code: 'ERR_EGRESS_STREAM' });
});
