/** What the plots of the statistics show: options of ECharts; colors that differ in lightness too. */
import type { MonthFigures, ProcedureGroup } from "@/generated/api";

const [DARK, LIGHT, YELLOW, RED] = ["#1f5fa8", "#6aa7d8", "#c9a227", "#a3231b"];

/** Bid securities by month: bars by form, a line for the share of guarantees. */
export function securityPlot(
  months: readonly MonthFigures[],
  words: { insurance: string; bank: string; cash: string; share: string },
) {
  const share = { name: words.share, type: "line" as const, yAxisIndex: 1, itemStyle: { color: RED } };
  const percent = { type: "value" as const, min: 0, max: 100, axisLabel: { formatter: "{value} %" }, splitLine: { show: false } };
  return {
    ...framed(months.map((one) => one.month)),
    yAxis: [{ type: "value" as const, minInterval: 1 }, percent],
    series: [
      bar(words.insurance, DARK, months.map((one) => one.figures.by_insurance)),
      bar(words.bank, LIGHT, months.map((one) => one.figures.by_bank)),
      bar(words.cash, YELLOW, months.map((one) => one.figures.by_cash)),
      { ...share, data: months.map((one) => Number(one.figures.share_percent)) },
    ],
  };
}

/** Evaluations by month: bars of those at several sites and at one. */
export function evaluationPlot(months: readonly ProcedureGroup[], words: { remote: string; local: string }) {
  return {
    ...framed(months.map((one) => one.name)),
    yAxis: { type: "value" as const, minInterval: 1 },
    series: [
      bar(words.remote, DARK, months.map((one) => one.figures.remote)),
      bar(words.local, LIGHT, months.map((one) => one.figures.evaluations - one.figures.remote)),
    ],
  };
}

/** How many days procedures took, by month: the median of each stage on top of the one before. */
export function durationPlot(
  months: readonly ProcedureGroup[],
  words: { preparing: string; evaluating: string; deciding: string },
) {
  return {
    ...framed(months.map((one) => one.name)),
    yAxis: { type: "value" as const },
    series: [
      bar(words.preparing, LIGHT, months.map((one) => Number(one.figures.preparing_days ?? 0))),
      bar(words.evaluating, DARK, months.map((one) => Number(one.figures.evaluating_days ?? 0))),
      bar(words.deciding, YELLOW, months.map((one) => Number(one.figures.deciding_days ?? 0))),
    ],
  };
}

function framed(names: readonly string[]) {
  return {
    backgroundColor: "transparent",
    tooltip: { trigger: "axis" as const },
    legend: { bottom: 0, type: "scroll" as const },
    grid: { left: 8, right: 8, top: 24, bottom: 40, containLabel: true },
    xAxis: { type: "category" as const, data: [...names] },
  };
}

function bar(name: string, color: string | undefined, data: number[]) {
  return { name, type: "bar" as const, stack: "all", itemStyle: { color }, data };
}
