/** What a supervisor looks at now: rooms that are open, and what asks for attention. */
import type { DutyView, OwnTenderView } from "@/generated/api";
import type { RoomView } from "@/generated/rooms";

const IN_SESSION: readonly string[] = ["published", "opening", "opened", "evaluating"];
/** So long before the deadline its hall is worth watching. */
const BEFORE_MILLISECONDS = 24 * 3_600_000;

export interface Override {
  rule: string;
  reason: string;
  by: { name: string };
  seen_at: string | null;
}

export interface Watched {
  tender: OwnTenderView;
  /** The rooms in which the committee sits. */
  rooms: readonly RoomView[];
  hallPhase: string;
  overrides: readonly Override[];
}

/** `key` names its text. What is worst comes first. */
export interface Alert {
  key: "overdue" | "standsStill" | "override" | "refusedReport" | "recused";
  tenderId: string;
  title: string;
  values: Record<string, string | number>;
  roomId?: string;
}

/** The tenders of which a room is or will soon be in session, what happens first first. */
export function inSession(tenders: readonly OwnTenderView[], now: number): OwnTenderView[] {
  return tenders
    .filter((one) => IN_SESSION.includes(one.status))
    .filter((one) => one.status !== "published" || Date.parse(one.deadline) - now < BEFORE_MILLISECONDS)
    .sort((one, other) => one.deadline.localeCompare(other.deadline));
}

export function alertsOf(watched: readonly Watched[], duties: readonly DutyView[], titles: ReadonlyMap<string, string>): Alert[] {
  const overdue = duties
    .filter((one) => one.overdue)
    .map((one): Alert => ({ key: "overdue", tenderId: one.tender_id, title: titles.get(one.tender_id) ?? "", values: { what: one.title, law: one.law } }));
  return [...overdue, ...watched.flatMap(alertsOfOne)];
}

function alertsOfOne({ tender, rooms, overrides }: Watched): Alert[] {
  const about = { tenderId: tender.tender_id, title: tender.title };
  const found: Alert[] = [];
  for (const room of rooms) {
    if (room.standstill) {
      const { by, reason } = room.standstill.paused;
      found.push({ ...about, key: "standsStill", values: { by, reason }, roomId: room.id });
    }
    for (const one of room.report_refusals) {
      found.push({ ...about, key: "refusedReport", values: { seat: one.seat, basis: one.basis }, roomId: room.id });
    }
    for (const seat of room.seats.filter((one) => one.role === "member" && one.recused)) {
      found.push({ ...about, key: "recused", values: { seat: seat.number }, roomId: room.id });
    }
  }
  for (const one of overrides.filter((each) => each.seen_at === null)) {
    found.push({ ...about, key: "override", values: { rule: one.rule, reason: one.reason, by: one.by.name } });
  }
  return found;
}

/** How many members are there, of how many. */
export function checkedIn(room: RoomView): { here: number; all: number } {
  const members = room.seats.filter((one) => one.role === "member" && !one.recused);
  return { here: members.filter((one) => one.checked_in).length, all: members.length };
}
