/**
 * Reading another machine's clock over a line that takes time, and showing it without a jump.
 *
 * A reading is a question and its answer on the browser's monotonic clock; the one with the least
 * way there and back counts. What is shown moves to a new reading by slewing: it runs a little
 * faster or slower until it is there, never backwards, and an error that no line explains (a
 * machine that slept, a demonstration's clock that was moved on) is taken over at once, forwards.
 */

/** One question and its answer; `sent` and `received` on the browser's monotonic clock, in ms. */
export interface Reading {
  server: number;
  sent: number;
  received: number;
}

/** By how much a shown second may be longer or shorter: what nobody notices on a countdown. */
export const SLEW = 0.05;
/** An error of more milliseconds than this no line explains. */
export const STEP_MILLISECONDS = 3_000;
/** Longer than this nobody should look at a clock that stands: it was wrong, and is set back. */
export const STAND_MILLISECONDS = 60_000;
/** What a reading loses with age: clocks of PCs drift by up to a hundred parts in a million. */
const DRIFT = 100e-6;

/** The reading with the shortest way there and back: its error is half of that at most. */
export function bestOf(readings: readonly Reading[]): Reading | null {
  return readings
    .filter(isSound)
    .reduce<Reading | null>(
      (best, one) => (best === null || roundTrip(one) < roundTrip(best) ? one : best),
      null,
    );
}

/** The better of two readings at an instant: an old one is worth less by what clocks drift. */
export function betterOf(known: Reading | null, fresh: Reading | null, monotonic: number): Reading | null {
  if (!known || !fresh) return fresh ?? known;
  const disagree = Math.abs(serverNow(known, monotonic) - serverNow(fresh, monotonic));
  // They cannot both be right: the clock itself has moved, and the later reading knows it.
  if (disagree > uncertainty(known, monotonic) + uncertainty(fresh, monotonic)) return fresh;
  return uncertainty(known, monotonic) < uncertainty(fresh, monotonic) ? known : fresh;
}

/** The server's time when the browser's monotonic clock shows `monotonic`. */
export function serverNow(reading: Reading, monotonic: number): number {
  return reading.server + (monotonic - (reading.sent + reading.received) / 2);
}

/** How far off it can be, in whole milliseconds; with `monotonic`, by then. */
export function uncertainty(reading: Reading, monotonic = reading.received): number {
  return Math.ceil(roundTrip(reading) / 2 + Math.max(0, monotonic - reading.received) * DRIFT);
}

/** What a page shows: the server's time `shown` when the monotonic clock was at `at`. */
export interface Shown {
  shown: number;
  at: number;
}

/** What to show now, after what was shown before: monotonic, and a countdown never ends early. */
export function slewed(before: Shown | null, reading: Reading, monotonic: number): Shown {
  const right = serverNow(reading, monotonic);
  if (before === null) return { shown: right, at: monotonic };
  const passed = Math.max(0, monotonic - before.at);
  const free = before.shown + passed;
  const error = right - free;
  if (error > STEP_MILLISECONDS || error < -STAND_MILLISECONDS) return { shown: right, at: monotonic };
  // Far ahead: it stands still until time has caught up, rather than go back.
  if (error < -STEP_MILLISECONDS) return { shown: before.shown, at: monotonic };
  const most = passed * SLEW;
  return { shown: free + Math.min(most, Math.max(-most, error)), at: monotonic };
}

/**
 * The milliseconds to show until an instant, so that zero is not shown before it has come: the
 * shown clock may be ahead of the server's by what the reading can be wrong.
 */
export function remaining(until: number, shown: number, uncertain: number): number {
  return Math.max(0, until - shown + uncertain);
}

function roundTrip(reading: Reading): number {
  return reading.received - reading.sent;
}

/** Not from a clock that went back on the way, and a time at all. */
function isSound(reading: Reading): boolean {
  return Number.isFinite(reading.server) && Number.isFinite(roundTrip(reading)) && roundTrip(reading) >= 0;
}
