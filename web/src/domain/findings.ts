/** Findings of the checks, as their doors give them: of the tender documents, and of the rules. */

export interface Said {
  accepted: boolean;
  reason: string;
  by: { name: string };
  at: string;
}

/** What stands on a page of the tender documents and should not. */
export interface DocumentFinding {
  id: string;
  document: string;
  page: number;
  passage: string;
  rule: string;
  law: string;
  severity: "block" | "warn" | "register";
  zh: string;
  en: string;
  decision: Said | null;
}

/** What a rule says against a draft. */
export interface RuleFinding {
  rule: string;
  law: string;
  severity: "block" | "warn" | "register";
  zh: string;
  en: string;
  earliest: string | null;
  overridable: boolean;
}

/** The rule id of the warning that many openings fall on one instant. */
export const CROWDED = "openings_at_one_instant";

const WEIGHT = { block: 0, warn: 1, register: 2 };

/** What still blocks first, then what only warns, then what was answered; by document and page. */
export function inOrder(findings: readonly DocumentFinding[]): DocumentFinding[] {
  const rank = (one: DocumentFinding): number => WEIGHT[one.severity] + (one.decision && !one.decision.accepted ? 3 : 0);
  return [...findings].sort(
    (one, other) => rank(one) - rank(other) || one.document.localeCompare(other.document) || one.page - other.page,
  );
}
