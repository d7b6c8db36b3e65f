/** Reading another machine's clock over a line that takes time. */

/** One question and its answer; `sent` and `received` on the browser's monotonic clock, in ms. */
export interface Reading {
  server: number;
  sent: number;
  received: number;
}

/** The reading with the shortest way there and back: its error is half of that at most. */
export function bestOf(readings: readonly Reading[]): Reading | null {
  return readings.reduce<Reading | null>(
    (best, one) => (best === null || roundTrip(one) < roundTrip(best) ? one : best),
    null,
  );
}

/** The server's time when the browser's monotonic clock shows `monotonic`. */
export function serverNow(reading: Reading, monotonic: number): number {
  return reading.server + (monotonic - (reading.sent + reading.received) / 2);
}

/** How far off it can be, in whole milliseconds. */
export function uncertainty(reading: Reading): number {
  return Math.ceil(roundTrip(reading) / 2);
}

function roundTrip(reading: Reading): number {
  return reading.received - reading.sent;
}
