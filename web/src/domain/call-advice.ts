/** What a guarantor's engineer does about a call that failed: by its outcome and by what was said. */

export type Advice = "clock" | "body" | "key" | "components" | "nonce" | "tag" | "header" | "signature" | "refused" | "away" | "read";

/** The first that fits; what the words are is said by insurance_gateway/request_signatures.py and its library. */
const SIGNATURE: readonly (readonly [RegExp, Advice])[] = [
  [/"created"|"expires"|\bage\b|too old|future/i, "clock"],
  [/digest|body/i, "body"],
  [/nonce/i, "nonce"],
  [/resolve|keyid|key_?id/i, "key"],
  [/component|cover/i, "components"],
  [/\btag\b|label|algorithm/i, "tag"],
  [/header|malformed|structured|no signatures found/i, "header"],
];

/** Null for what went well. */
export function adviceOf(outcome: string, explanation: string): Advice | null {
  if (outcome === "ok") return null;
  if (outcome === "unavailable") return "away";
  if (outcome === "refused") return "refused";
  if (outcome === "message-replayed") return "nonce";
  if (outcome !== "message-signature-refused") return "read";
  return SIGNATURE.find(([words]) => words.test(explanation))?.[1] ?? "signature";
}
