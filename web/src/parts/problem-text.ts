/** The sentence for a problem, chosen by its code. */
import { useI18n } from "vue-i18n";

import type { Problem } from "@/api/problems";
import { second } from "@/domain/times";

const INSTANT = /^\d{4}-\d\d-\d\dT/;

export function useProblemText(): (problem: Problem) => string {
  const { t, te } = useI18n();
  return (problem) => {
    const key = `problems.${problem.code}`;
    if (!te(key)) return t("problem.unknown", { code: problem.code });
    const values = Object.fromEntries(
      Object.entries(problem.parameters).map(([name, value]) => [name, shown(value)]),
    );
    return t(key, values);
  };
}

function shown(value: unknown): string {
  if (typeof value === "string") return INSTANT.test(value) ? second(value) : value;
  if (Array.isArray(value)) return value.map(shown).join("、");
  return String(value ?? "");
}
