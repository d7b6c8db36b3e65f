/** The plot of bid securities by month: bars by form, a line for the share of guarantees. */
import type { MonthFigures } from "@/generated/api";

interface Words {
  insurance: string;
  bank: string;
  cash: string;
  share: string;
}

/** Options of ECharts; colors that differ in lightness too. */
export function securityPlot(months: readonly MonthFigures[], words: Words, animation: boolean) {
  const bars = (name: string, color: string, of: (one: MonthFigures) => number) => ({
    name,
    type: "bar" as const,
    stack: "securities",
    itemStyle: { color },
    data: months.map(of),
  });
  return {
    animation,
    backgroundColor: "transparent",
    tooltip: { trigger: "axis" as const },
    legend: { bottom: 0, type: "scroll" as const },
    grid: { left: 8, right: 8, top: 24, bottom: 40, containLabel: true },
    xAxis: { type: "category" as const, data: months.map((one) => one.month) },
    yAxis: [
      { type: "value" as const, minInterval: 1 },
      { type: "value" as const, min: 0, max: 100, axisLabel: { formatter: "{value} %" }, splitLine: { show: false } },
    ],
    series: [
      bars(words.insurance, "#1f5fa8", (one) => one.figures.by_insurance),
      bars(words.bank, "#6aa7d8", (one) => one.figures.by_bank),
      bars(words.cash, "#c9a227", (one) => one.figures.by_cash),
      {
        name: words.share,
        type: "line" as const,
        yAxisIndex: 1,
        itemStyle: { color: "#a3231b" },
        data: months.map((one) => Number(one.figures.share_percent)),
      },
    ],
  };
}
