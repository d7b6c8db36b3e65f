/** An evaluation method (`kaibiao/method/v1`) and its example bids, as a form reads and changes them. */
import type { BidCells, CriterionCells } from "@/domain/pasting";

export type Json = Record<string, unknown>;

export interface Criterion {
  id: string;
  title: string;
  section: string;
  kind: string;
  max_points: string;
  decimals?: number;
  weight?: string;
}

export interface ExampleBid extends Json {
  id: string;
  price_fen: number;
  points?: Record<string, string>;
}

/** The member at a path such as `price.benchmark.decimals` or `price.curve.above.0.to_percent`. */
export function at(value: Json, path: string): unknown {
  return path.split(".").reduce<unknown>((found, name) => (isNode(found) ? (found as Json)[name] : undefined), value);
}

/** A copy with a member at a path; `undefined` takes it away. */
export function put(value: Json, path: string, member: unknown): Json {
  const [name = "", ...rest] = path.split(".");
  const inner = value[name];
  const next = rest.length > 0 ? put(isNode(inner) ? (inner as Json) : {}, rest.join("."), member) : member;
  if (Array.isArray(value)) return value.map((one, index) => (String(index) === name ? next : one)) as unknown as Json;
  const { [name]: _, ...others } = value;
  return next === undefined ? others : { ...value, [name]: next };
}

const isNode = (value: unknown): boolean => typeof value === "object" && value !== null;

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const criteriaOf = (method: Json): Criterion[] => (Array.isArray(method.criteria) ? (method.criteria as Criterion[]) : []);
export const bidsOf = (bids: Json): ExampleBid[] => (Array.isArray(bids.bids) ? (bids.bids as ExampleBid[]) : []);
export const tiesOf = (method: Json): string[] => {
  const found = at(method, "totals.ties");
  return Array.isArray(found) ? (found as string[]) : [];
};

/** Where a step is rounded, in the order of the computation; absent members are not rounded. */
export const ROUNDINGS = [
  "price.price_decimals",
  "price.benchmark.mean_decimals",
  "price.benchmark.decimals",
  "price.curve.deviation_decimals",
  "price.decimals",
  "members.decimals",
  "totals.section_decimals",
  "totals.decimals",
] as const;

const NO_TERM = /(^|_)decimals$|^kind$|^id$/;

/** One number or word of the benchmark or of the curve that can be set by itself. */
export interface Term {
  path: string;
  /** The member's own name, by which the texts know it. */
  name: string;
  value: string | number | boolean;
}

/** Every such term below `price.benchmark`, `price.curve` and `price.lines`, in order. */
export function termsOf(method: Json): Term[] {
  const found: Term[] = [];
  const walk = (value: unknown, path: string): void => {
    if (!isNode(value)) return;
    for (const [name, member] of Object.entries(value as Json)) {
      const place = `${path}.${name}`;
      if (isNode(member)) walk(member, place);
      else if (Array.isArray(value)) continue; // A list of words: the whole definition has it.
      else if (!NO_TERM.test(name) && ["string", "number", "boolean"].includes(typeof member)) {
        found.push({ path: place, name, value: member as Term["value"] });
      }
    }
  };
  for (const path of ["price.benchmark", "price.curve", "price.lines"]) walk(at(method, path), path);
  return found;
}

/** The text of a field as the member it stands for: counts stay numbers, decimals stay texts. */
export function member(text: string, like: unknown): unknown {
  const trimmed = text.trim();
  if (typeof like === "number") return /^-?\d{1,15}$/.test(trimmed) ? Number(trimmed) : trimmed;
  return trimmed;
}

/** An id that no criterion has. */
export function freeId(criteria: readonly Criterion[]): string {
  const taken = new Set(criteria.map((one) => one.id));
  let number = 1;
  while (taken.has(`c${number}`)) number += 1;
  return `c${number}`;
}

/** The pasted criteria with ids: a title that was there before keeps its own. */
export function withCriteria(method: Json, pasted: readonly CriterionCells[]): Json {
  const before = new Map(criteriaOf(method).map((one) => [one.title, one]));
  const made: Criterion[] = [];
  for (const one of pasted) {
    const known = before.get(one.title);
    const id = known?.id ?? freeId([...criteriaOf(method), ...made]);
    made.push({ ...known, ...one, id });
  }
  return { ...method, criteria: made };
}

/** The pasted bids; a bid that was there before keeps what is not pasted (brand, parts, policies). */
export function withBids(bids: Json, pasted: readonly BidCells[], criteria: readonly Criterion[]): Json {
  const before = new Map(bidsOf(bids).map((one) => [one.id, one]));
  const made = pasted.map(({ id, price_fen, points }) => ({
    ...before.get(id),
    id,
    price_fen,
    ...(criteria.length > 0
      ? { points: Object.fromEntries(criteria.map((one, index) => [one.id, points[index] ?? ""])) }
      : {}),
  }));
  return { ...bids, bids: made };
}

/** Bids that fit the criteria: points of criteria that are gone are dropped, new ones get their most. */
export function fitted(bids: Json, method: Json): Json {
  const criteria = criteriaOf(method);
  if (Array.isArray(bids.sheets)) return bids;
  const all = bidsOf(bids).map((bid) => {
    const { points = {}, ...others } = bid;
    if (criteria.length === 0) return others as ExampleBid;
    return { ...others, points: Object.fromEntries(criteria.map((one) => [one.id, points[one.id] ?? one.max_points])) } as ExampleBid;
  });
  return { ...bids, bids: all };
}

/** A file as a method; null for what is none. The platform judges the rest. */
export function readMethod(text: string): Json | null {
  try {
    const found: unknown = JSON.parse(text);
    return isObject(found) && found.format === "kaibiao/method/v1" ? found : null;
  } catch {
    return null;
  }
}

/** As `kaibiao score --save` writes it. */
export function methodText(method: Json): string {
  return `${JSON.stringify(method, null, 2)}\n`;
}
