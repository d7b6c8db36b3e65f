/** The report of a conformance run (`kaibiao insurer conformance --report`), read in the browser. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

const BYTES_MAX = 1 << 20;

export interface Report {
  /** Of the file, lower hex: what the operator enters. */
  digest: string;
  endpoint: string;
  at: string;
  passed: number;
  failed: number;
  failures: { case: string; seen: string }[];
}

/** The report, or null when the file is none. */
export function readReport(file: Uint8Array): Report | null {
  if (file.length > BYTES_MAX) return null;
  try {
    const said = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file)) as Record<string, unknown>;
    const cases = said.cases as { case: string; seen: string }[];
    if (typeof said.endpoint !== "string" || typeof said.at !== "string" || !Array.isArray(cases)) return null;
    if (!Number.isInteger(said.passed) || !Number.isInteger(said.failed)) return null;
    const failures = cases.filter((one) => one.seen !== "ok");
    // A report that counts otherwise than it lists was not made by the run.
    if (failures.length !== said.failed || cases.length - failures.length !== said.passed) return null;
    return {
      digest: bytesToHex(sha256(file)),
      endpoint: said.endpoint,
      at: said.at,
      passed: cases.length - failures.length,
      failed: failures.length,
      failures,
    };
  } catch {
    return null;
  }
}
