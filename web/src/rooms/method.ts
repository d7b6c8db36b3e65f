/** The published evaluation method, as far as the room's pages show it. */

export interface Criterion {
  id: string;
  title: string;
  section: string;
  kind: string;
  max_points: string;
  decimals: number;
}

/** The criteria of a method, in its order. */
export function criteriaOf(method: Record<string, unknown>): Criterion[] {
  return Array.isArray(method.criteria) ? (method.criteria as Criterion[]) : [];
}

/** Those that members score. */
export function subjectiveOf(method: Record<string, unknown>): Criterion[] {
  return criteriaOf(method).filter((one) => one.kind === "subjective");
}
