/** Unified social credit codes (GB 32100-2015): 17 characters and a check character. */

const ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const LENGTH = 18;

export type UsccFault = "length" | "character" | "check";

/** What a person typed, as a code is written: upper case, no spaces. */
export function normalized(typed: string): string {
  return typed.replace(/[\s-]/g, "").toUpperCase();
}

/** What is wrong with a code, or null. */
export function usccFault(code: string): UsccFault | null {
  if ([...code].some((character) => !ALPHABET.includes(character))) return "character";
  if (code.length !== LENGTH) return "length";
  return checkCharacter(code.slice(0, -1)) === code.at(-1) ? null : "check";
}

/** The check character of the first 17: weights are powers of 3 modulo 31. */
export function checkCharacter(body: string): string {
  let sum = 0;
  let weight = 1;
  for (const character of body) {
    sum += ALPHABET.indexOf(character) * weight;
    weight = (weight * 3) % 31;
  }
  return ALPHABET[(31 - (sum % 31)) % 31] ?? "";
}
