/** Totals of ratings as shares: whole numbers, no person behind them. */
import type { Level, ServiceTotals } from "@/generated/api";

export const LEVELS: readonly Level[] = ["very_good", "good", "fair", "bad", "very_bad"];

export interface Rated {
  service: ServiceTotals["service"];
  count: number;
  /** Of those who rated, how many percent gave the two best levels; null where nobody rated. */
  goodPercent: number | null;
  /** Widths of the five parts of a bar, in percent. */
  parts: { level: Level; count: number; percent: number }[];
}

export function ratedOf(totals: ServiceTotals): Rated {
  const count = LEVELS.reduce((sum, level) => sum + totals[level], 0);
  const percentOf = (part: number): number => (count === 0 ? 0 : (100 * part) / count);
  return {
    service: totals.service,
    count,
    goodPercent: count === 0 ? null : Math.round(percentOf(totals.very_good + totals.good)),
    parts: LEVELS.map((level) => ({ level, count: totals[level], percent: percentOf(totals[level]) })),
  };
}
