/** What a verification found: step by step, in words that the texts of the page know. */

import type texts from "@/locales/zh/verifying";

/** A reason that the texts know. */
export type Why = keyof (typeof texts)["archiveCheck"]["why"];
export type Status = "holds" | "fails" | "unchecked" | "absent";

/** One thing that was found: `why` is a text of `archiveCheck.why`, `values` fill it. */
export interface Finding {
  status: Exclude<Status, "holds"> | "said";
  where: string;
  why: Why;
  values: Record<string, string | number>;
}

export interface Step {
  name: string;
  status: Status;
  findings: Finding[];
  /** How many more there were than are kept. */
  more: number;
}

/** What only the command computes again, by its steps. */
export const NOT_HERE = [
  "timeStamps",
  "revocations",
  "outages",
  "keyHolders",
  "clarifications",
  "participants",
  "contents",
  "unlocking",
  "clearing",
  "likeness",
  "draw",
  "venues",
  "evaluation",
  "validity",
  "pdf",
  "keeping",
] as const;

const FINDINGS_MAX = 20;
const ORDER = ["fails", "unchecked", "absent", "said"] as const;

/** What a step has to say. */
export class Notes {
  private readonly found: Finding[] = [];

  fails(where: string, why: Why, values: Finding["values"] = {}): void {
    this.found.push({ status: "fails", where, why, values });
  }

  /** Say that it fails unless it holds. */
  require(holds: boolean, where: string, why: Why, values: Finding["values"] = {}): boolean {
    if (!holds) this.fails(where, why, values);
    return holds;
  }

  cannot(where: string, why: Why, values: Finding["values"] = {}): void {
    this.found.push({ status: "unchecked", where, why, values });
  }

  skips(why: Why): void {
    this.found.push({ status: "absent", where: "", why, values: {} });
  }

  says(why: Why, values: Finding["values"] = {}): void {
    this.found.push({ status: "said", where: "", why, values });
  }

  asStep(name: string): Step {
    const findings = ORDER.flatMap((status) => this.found.filter((one) => one.status === status));
    const worst = findings[0]?.status ?? "said";
    const status = worst === "said" ? "holds" : worst;
    return { name, status, findings: findings.slice(0, FINDINGS_MAX), more: Math.max(0, findings.length - FINDINGS_MAX) };
  }
}

/** Something is not as an archive has it. `where`: a file inside, or a part of the ZIP file. */
export class BadArchive extends Error {
  constructor(
    readonly where: string,
    readonly why: Why,
    readonly values: Finding["values"] = {},
  ) {
    super(`${where}: ${why}`);
    this.name = "BadArchive";
  }
}
