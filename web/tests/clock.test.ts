/** The platform's clock on a page, with hostile lines and clocks. */
import { describe, expect, test } from "vitest";

import {
  bestOf,
  betterOf,
  type Reading,
  remaining,
  serverNow,
  type Shown,
  slewed,
  uncertainty,
} from "@/domain/clock";
import { left } from "@/domain/times";

const DEADLINE = 1_000_000;
const quick: Reading = { server: 1_000, sent: 500, received: 540 };

/** A line whose way there and way back take different times; the clock says `truth`. */
function probe(truth: (monotonic: number) => number, at: number, there: number, back: number): Reading {
  return { server: truth(at + there), sent: at, received: at + there + back };
}

/** What a page shows, every 250 ms, while readings come in. */
function watched(readings: ReadonlyMap<number, Reading>, from: number, until: number): Shown[] {
  const seen: Shown[] = [];
  let reading: Reading | null = null;
  for (let at = from; at <= until; at += 250) {
    reading = betterOf(reading, readings.get(at) ?? null, at);
    if (reading) seen.push(slewed(seen.at(-1) ?? null, reading, at));
  }
  return seen;
}

describe("a reading", () => {
  test("is the quickest of several, and none that makes no sense", () => {
    const slow = { server: 1_000, sent: 0, received: 400 };
    const wentBack = { server: 9, sent: 800, received: 700 };
    const noTime = { server: Number.NaN, sent: 0, received: 1 };

    expect(bestOf([slow, quick])).toBe(quick);
    expect(bestOf([wentBack, noTime])).toBeNull();
    expect(bestOf([])).toBeNull();
  });

  test("goes on monotonically from the middle of the way", () => {
    expect(serverNow(quick, 520)).toBe(1_000);
    expect(serverNow(quick, 1_520)).toBe(2_000);
  });

  test("is never off by more than it says, however one-sided the line", () => {
    for (const [there, back] of [[0, 800], [800, 0], [3, 2], [1, 4_000]] as const) {
      const reading = probe((at) => at + 5_000, 0, there, back);
      const off = Math.abs(serverNow(reading, 9_000) - 14_000);
      expect(off).toBeLessThanOrEqual(uncertainty(reading, 9_000));
    }
  });

  test("loses to a slower one only when clocks have had time to drift, or the clock was moved", () => {
    const slower = probe((at) => at + 500, 1_000, 100, 100);
    const muchLater = probe((at) => at + 500, 7_200_000, 100, 100);
    const jumped = probe((at) => at + 3_600_000, 1_000, 100, 100);
    const first = probe((at) => at + 500, 0, 10, 10);

    expect(betterOf(first, slower, 1_200)).toBe(first);
    expect(betterOf(first, muchLater, 7_200_200)).toBe(muchLater);
    expect(betterOf(first, jumped, 1_200)).toBe(jumped);
    expect(betterOf(first, null, 9)).toBe(first);
    expect(betterOf(null, first, 9)).toBe(first);
  });
});

describe("what is shown", () => {
  test("never goes back and never jumps while readings differ as lines do", () => {
    const truth = (at: number) => at + 50_000;
    const readings = new Map([
      [0, probe(truth, -2_000, 0, 2_000)],
      [1_000, probe(truth, 0, 900, 100)],
      [4_000, probe(truth, 3_900, 90, 10)],
      [8_000, probe(truth, 7_990, 5, 5)],
    ]);

    const seen = watched(readings, 0, 60_000);
    const steps = seen.slice(1).map((one, index) => one.shown - (seen[index]?.shown ?? 0));

    expect(Math.min(...steps)).toBeGreaterThanOrEqual(250 * 0.95);
    expect(Math.max(...steps)).toBeLessThanOrEqual(250 * 1.05);
    expect(Math.abs((seen.at(-1)?.shown ?? 0) - truth(60_000))).toBeLessThanOrEqual(6);
  });

  test("steps forward at once after a sleep, and stands still rather than go back", () => {
    const before = { shown: 10_000, at: 0 };
    const slept: Reading = { server: 70_000, sent: 0, received: 0 };
    const behind: Reading = { server: 1_000, sent: 0, received: 0 };
    const longBehind: Reading = { server: -100_000, sent: 0, received: 0 };

    expect(slewed(before, slept, 250).shown).toBe(70_250);
    expect(slewed(before, behind, 250).shown).toBe(10_000);
    expect(slewed(before, longBehind, 250).shown).toBe(-99_750);
  });

  test("does not move when the monotonic clock does not, or goes back", () => {
    const reading: Reading = { server: 10_500, sent: 0, received: 0 };
    const before = { shown: 10_000, at: 0 };

    expect(slewed(before, reading, 0).shown).toBe(10_000);
    expect(slewed({ shown: 10_000, at: 9 }, reading, 0).shown).toBe(10_000);
  });
});

describe("a countdown", () => {
  test("ends no millisecond before the deadline, however the line lies", () => {
    for (const [there, back] of [[0, 2_000], [2_000, 0], [1, 1]] as const) {
      const reading = probe((at) => at, 990_000, there, back);
      for (let at = 995_000; at < DEADLINE; at += 10) {
        const shown = slewed(null, reading, at).shown;
        const rest = remaining(DEADLINE, shown, uncertainty(reading, at));
        expect(left(rest, 0).over).toBe(false);
        expect(left(rest, 0).seconds).toBeGreaterThan(0);
      }
    }
  });

  test("ends soon after it", () => {
    const reading = probe((at) => at, 990_000, 20, 20);

    const rest = remaining(DEADLINE, slewed(null, reading, DEADLINE + 25).shown, uncertainty(reading, DEADLINE + 25));

    expect(left(rest, 0).over).toBe(true);
  });
});
