/** What a bidder has to do in a tender, and until when: from what the platform says of both. */
import type {
  OwnBid,
  OwnEnquiry,
  ParticipationView,
  SecurityView,
  TenderView,
  ValidityExtensionView,
} from "@/generated/api";

export type State = "done" | "open" | "missed" | "later" | "warn";

/** `key` names its text; `part` the part of the workspace where it is done. */
export interface Task {
  key: string;
  part: "documents" | "amendments" | "enquiries" | "security" | "submit" | "receipts" | "hall" | "validity" | "remedies" | "results";
  lot: string;
  /** The first instant that is too late; null where there is none. */
  due: string | null;
  state: State;
}

export interface Known {
  tender: TenderView;
  participation: ParticipationView;
  bids: readonly OwnBid[];
  securities: readonly SecurityView[];
  extensions: readonly ValidityExtensionView[];
  enquiries: readonly OwnEnquiry[];
  organizationId: string;
}

/** Everything, the undone that is due first first; what is done stands at the end. */
export function tasksOf(known: Known, now: number): Task[] {
  const { tender } = known;
  const tasks = [...documents(known, now), ...enquiries(known, now), ...tender.lots.flatMap(({ lot }) => ofLot(known, lot, now))];
  const weight = (task: Task): number => (task.state === "done" ? 2 : task.state === "later" ? 1 : 0);
  const instant = (task: Task): number => (task.due ? Date.parse(task.due) : Infinity);
  return tasks.sort((one, other) => weight(one) - weight(other) || instant(one) - instant(other) || 0);
}

function documents({ tender, participation }: Known, now: number): Task[] {
  const until = at(tender, "documents_until") ?? tender.deadline;
  const found: Task[] = [
    { key: "download", part: "documents", lot: "", due: until, state: stateOf(participation.documents_at !== null, until, now) },
  ];
  if (participation.documents_at === null) return found;
  for (const { number } of tender.clarifications) {
    if (participation.confirmed.includes(number)) continue;
    // It is confirmed late as well: what matters is that it has arrived.
    found.push({ key: "confirm", part: "amendments", lot: String(number), due: tender.deadline, state: "open" });
  }
  return found;
}

function ofLot(known: Known, lot: string, now: number): Task[] {
  const { tender } = known;
  const standing = newestOf(known.bids, lot);
  const found: Task[] = [];
  if ((tender.lots.find((one) => one.lot === lot)?.bid_security_fen ?? 0) > 0) {
    const there = known.securities.some((one) => one.lot === lot);
    found.push({ key: "security", part: "security", lot, due: tender.deadline, state: stateOf(there, tender.deadline, now) });
  }
  found.push({ key: "bid", part: "submit", lot, due: tender.deadline, state: stateOf(standing !== null, tender.deadline, now) });
  if (standing?.seal_again) {
    found.push({ key: "sealAgain", part: "submit", lot, due: tender.deadline, state: "warn" });
  }
  if (standing !== null) found.push(...opening(known, lot, now), ...validity(known, lot, now));
  return found;
}

function enquiries(known: Known, now: number): Task[] {
  return known.enquiries.map((one) => {
    const state = one.lapsed ? "missed" : stateOf(one.text !== null, one.due_at, now);
    return { key: "enquiry", part: "enquiries", lot: one.lot, due: one.due_at, state };
  });
}

function opening({ tender }: Known, lot: string, now: number): Task[] {
  const from = Date.parse(at(tender, "sign_in_from") ?? tender.deadline);
  if (tender.status === "published") {
    return [{ key: "signIn", part: "hall", lot, due: tender.deadline, state: now < from ? "later" : "open" }];
  }
  if (tender.status !== "opening") return [];
  const until = at(tender, "unlock_until");
  return [{ key: "unlock", part: "hall", lot, due: until, state: "open" }];
}

function validity({ extensions, organizationId }: Known, lot: string, now: number): Task[] {
  return extensions
    .filter((one) => one.lot === lot && asked(one, organizationId))
    .map((one) => {
      const answered = !one.silent.includes(organizationId);
      return { key: "validity", part: "validity", lot, due: one.respond_until, state: stateOf(answered, one.respond_until, now) };
    });
}

/** Was this organization asked for a longer validity? */
export function asked(extension: ValidityExtensionView, organizationId: string): boolean {
  return [extension.accepted, extension.refused, extension.silent].some((each) => each.includes(organizationId));
}

/** The submission of a lot that stands. */
export function newestOf(bids: readonly OwnBid[], lot: string): OwnBid | null {
  const standing = bids.filter((one) => one.lot === lot && !["withdrawn", "replaced"].includes(one.status));
  return standing.sort((one, other) => other.counter - one.counter)[0] ?? null;
}

function stateOf(done: boolean, due: string, now: number): State {
  if (done) return "done";
  return now >= Date.parse(due) ? "missed" : "open";
}

function at(tender: TenderView, name: string): string | null {
  const value = tender.timetable[name];
  return typeof value === "string" ? value : null;
}
