/** A draft as its form holds it: texts as they are typed, and what they mean to the platform. */
import type { TenderView } from "@/api/tenders";
import { fenOf, yuan } from "@/domain/money";
import { fromWall, toWall } from "@/domain/times";
import type { CircumstancesBody, PostSketch, PutTender } from "@/generated/api";

export interface LotForm {
  lot: string;
  title: string;
  estimate: string;
  ceiling: string;
  security: string;
}

export interface DraftForm {
  title: string;
  description: string;
  region: string;
  category: NonNullable<CircumstancesBody["category"]>;
  compulsory: boolean;
  state_controlled: boolean;
  is_complex: boolean;
  /** When the notice is meant to be published, on the clock of Shanghai; empty: now. Never stored there. */
  notice: string;
  deadline: string;
  validity: string;
  unlock: string;
  award: string;
  lots: LotForm[];
}

/** A field that cannot be read as it is: its place, and the lot where it is in one. */
export interface FormFault {
  where: "title" | "description" | "region" | "deadline" | "validity" | "unlock" | "lots" | "lot" | "estimate" | "ceiling" | "security" | "twice";
  lot: string;
}

const REGION = /^\d{6}$/;
const LOT = /^[1-9]\d{0,3}$/;

export function formOf(tender: TenderView): DraftForm {
  const { category = "works", compulsory = true, state_controlled = true, is_complex = false } = tender.circumstances as CircumstancesBody;
  return {
    title: tender.title,
    description: tender.description,
    region: tender.region,
    category,
    compulsory,
    state_controlled,
    is_complex,
    notice: "",
    deadline: toWall(tender.deadline),
    validity: String(tender.bid_validity_days),
    unlock: String(tender.unlock_minutes),
    award: typeof tender.committee.award_method === "string" ? tender.committee.award_method : "",
    lots: tender.lots.map((one) => ({
      lot: one.lot,
      title: one.title,
      estimate: yuan(one.estimate_fen),
      ceiling: yuan(one.ceiling_price_fen),
      security: yuan(one.bid_security_fen),
    })),
  };
}

/** Amounts above zero; a security may be none. */
function amount(text: string, mayBeNone = false): number | null {
  if (mayBeNone && /^[0０,.\s]*$/.test(text)) return 0;
  return fenOf(text);
}

function whole(text: string, most: number): number | null {
  const value = /^\d{1,4}$/.test(text.trim()) ? Number(text) : 0;
  return value >= 1 && value <= most ? value : null;
}

/** What stands in the way of storing the form. */
export function faultsOf(form: DraftForm): FormFault[] {
  const found: FormFault[] = [];
  const tell = (where: FormFault["where"], lot = ""): void => void found.push({ where, lot });
  if (!form.title.trim()) tell("title");
  if (!form.description.trim()) tell("description");
  if (!REGION.test(form.region)) tell("region");
  if (!form.deadline) tell("deadline");
  if (whole(form.validity, 3650) === null) tell("validity");
  if (whole(form.unlock, 1440) === null) tell("unlock");
  if (form.lots.length === 0) tell("lots");
  const names = new Set<string>();
  for (const one of form.lots) {
    if (!LOT.test(one.lot)) tell("lot", one.lot);
    else if (names.has(one.lot)) tell("twice", one.lot);
    names.add(one.lot);
    if (!one.title.trim()) tell("lot", one.lot);
    if (amount(one.estimate) === null) tell("estimate", one.lot);
    if (amount(one.ceiling) === null) tell("ceiling", one.lot);
    if (amount(one.security, true) === null) tell("security", one.lot);
  }
  return found;
}

function circumstancesOf({ category, compulsory, state_controlled, is_complex }: DraftForm): CircumstancesBody {
  return { category, compulsory, state_controlled, is_complex };
}

function committeeOf(form: DraftForm, tender: TenderView): Record<string, unknown> {
  const { award_method: _, ...others } = tender.committee;
  return form.award.trim() ? { ...others, award_method: form.award.trim() } : others;
}

/** What is judged while it is typed: what cannot be read yet is left out. */
export function sketchOf(form: DraftForm, tender: TenderView): PostSketch {
  const planned: Record<string, string> = {};
  if (form.deadline) planned.deadline = fromWall(form.deadline);
  if (form.notice) planned.notice = fromWall(form.notice);
  return {
    regime: tender.regime as PostSketch["regime"],
    region: REGION.test(form.region) ? form.region : tender.region,
    procedure: String(tender.round.procedure),
    circumstances: circumstancesOf(form),
    title: form.title,
    description: form.description,
    lots: form.lots
      .filter((one) => LOT.test(one.lot))
      .map((one) => ({
        lot: one.lot,
        title: one.title,
        estimate_fen: amount(one.estimate) ?? 0,
        ceiling_price_fen: amount(one.ceiling) ?? 0,
        bid_security_fen: amount(one.security, true) ?? 0,
      })),
    method: tender.method,
    committee: committeeOf(form, tender),
    bid_validity_days: whole(form.validity, 3650) ?? tender.bid_validity_days,
    unlock_minutes: whole(form.unlock, 1440) ?? tender.unlock_minutes,
    drain_seconds: tender.drain_seconds,
    planned,
  };
}

/** What is stored; null while something cannot be read. */
export function putOf(form: DraftForm, tender: TenderView): PutTender | null {
  if (faultsOf(form).length > 0) return null;
  const items = new Map(tender.lots.map((one) => [one.lot, one.items as Record<string, unknown>[]]));
  return {
    title: form.title.trim(),
    description: form.description.trim(),
    deadline: fromWall(form.deadline),
    method: tender.method,
    committee: committeeOf(form, tender),
    region: form.region,
    circumstances: circumstancesOf(form),
    bid_validity_days: Number(form.validity),
    unlock_minutes: Number(form.unlock),
    lots: form.lots.map((one) => ({
      lot: one.lot,
      title: one.title.trim(),
      estimate_fen: amount(one.estimate) ?? 0,
      ceiling_price_fen: amount(one.ceiling) ?? 0,
      bid_security_fen: amount(one.security, true) ?? 0,
      items: items.get(one.lot) ?? [],
    })),
  };
}

/** A draft as it stands, with another method. */
export function putMethod(tender: TenderView, method: Record<string, unknown>): PutTender {
  const { title, description, deadline, committee } = tender;
  return { title, description, deadline, committee, method };
}

/** The next number that no lot has. */
export function freeLot(lots: readonly LotForm[]): string {
  return String(Math.max(0, ...lots.map((one) => Number(one.lot) || 0)) + 1);
}

const KEPT = "kaibiao.draft.";

/** What a browser keeps of edits that the platform does not have: the form, and the version it was based on. */
export interface KeptForm<T> {
  version: number;
  form: T;
}

export function keepForm<T>(storage: Storage, id: string, kept: KeptForm<T> | null): boolean {
  try {
    if (kept) storage.setItem(KEPT + id, JSON.stringify(kept));
    else storage.removeItem(KEPT + id);
    return true;
  } catch {
    return false; // A full or forbidden storage: the page says that only the platform keeps it.
  }
}

export function keptForm<T>(storage: Storage, id: string): KeptForm<T> | null {
  try {
    const found = JSON.parse(storage.getItem(KEPT + id) ?? "null") as KeptForm<T> | null;
    return found && typeof found.version === "number" && typeof found.form === "object" ? found : null;
  } catch {
    return null;
  }
}
