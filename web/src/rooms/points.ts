/** Points as members type them: decimal texts, never floats. */

export type PointsFault = "shape" | "above" | "decimals";

const SHAPE = /^(0|[1-9][0-9]{0,5})(\.[0-9]{1,4})?$/;
const SCALE = 10_000n;
const DECIMALS_MAX = 4;

/** What a person typed as the protocol writes it: full-width characters and spaces put right. */
export function tidied(typed: string): string {
  return typed
    .trim()
    .replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
    .replace(/[．。,，]/g, ".")
    .replace(/^\./, "0.")
    .replace(/\.$/, "")
    .replace(/^0+(?=\d)/, "");
}

/** What is wrong with points, or null. `most` is the criterion's maximum. */
export function pointsFault(points: string, most: string, decimals: number): PointsFault | null {
  if (!SHAPE.test(points)) return "shape";
  if ((points.split(".")[1] ?? "").length > decimals) return "decimals";
  return scaled(points) > scaled(most) ? "above" : null;
}

/** The exact sum of decimal texts, without trailing zeros. */
export function sumOf(points: readonly string[]): string {
  const sum = points.reduce((total, one) => total + scaled(one), 0n);
  const fraction = (sum % SCALE).toString().padStart(DECIMALS_MAX, "0").replace(/0+$/, "");
  return fraction ? `${sum / SCALE}.${fraction}` : (sum / SCALE).toString();
}

function scaled(points: string): bigint {
  const [whole = "0", fraction = ""] = points.split(".");
  return BigInt(whole) * SCALE + BigInt(fraction.padEnd(DECIMALS_MAX, "0").slice(0, DECIMALS_MAX));
}
