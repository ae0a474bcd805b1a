import { describe, expect, test } from 'vitest';
import { LEAST_SLACK_MS, StarvationSlack } from '../../src/sandbox/starvation.ts';

describe('StarvationSlack', () => {
  test('is small on a machine that has CPU', () => {
    expect(new StarvationSlack().at(0)).toBe(LEAST_SLACK_MS);
  });

  test('doubles with every stretch that was stopped too early, up to a bound', () => {
    const slack = new StarvationSlack();
    const seen = [1, 2, 3, 4, 5].map((nowMs) => {
      slack.starved(nowMs);
      return slack.at(nowMs);
    });
    expect(seen).toEqual([80, 160, 320, 320, 320]);
  });

  test('is small again when nothing was starved for five seconds', () => {
    const slack = new StarvationSlack();
    slack.starved(1000);
    slack.starved(2000);
    expect(slack.at(7000)).toBe(160);
    expect(slack.at(7001)).toBe(LEAST_SLACK_MS);
    slack.starved(7002);
    expect(slack.at(7003)).toBe(80);
  });
});
