/** What a reader of an evaluation room still has to do, and what the next phase is waiting for. */
import type { RoomView, StandingView } from "@/generated/rooms";
import { subjectiveOf } from "@/rooms/method";
import { type Phase, STEPS } from "@/rooms/phases";

/** `key` stands under `rooms.yours`; null when nothing is asked of this reader. */
export interface Duty {
  key: string;
  count: number;
}

/** The numbers of the bids that are still in. */
export function bidsLeft(view: RoomView): number[] {
  return view.bids.filter((bid) => !bid.rejected).map((bid) => bid.number);
}

/** How many items a seat has not voted on yet. */
export function votesMissing(view: RoomView, seat: number): number {
  const votes = view.seats.find((one) => one.number === seat)?.votes ?? 0;
  return Math.max(0, view.bids.length * view.items.length - votes);
}

/** How many points a seat has not given yet. */
export function marksMissing(view: RoomView, seat: number): number {
  const given = view.seats.find((one) => one.number === seat)?.marks ?? 0;
  return Math.max(0, bidsLeft(view).length * subjectiveOf(view.method).length - given);
}

/** The duty of a member just now. */
export function dutyOf(view: RoomView, standing: StandingView): Duty | null {
  const seat = view.seats.find((one) => one.number === standing.seat);
  if (standing.viewer !== "member" || !seat) return null;
  if (!seat.checked_in) return { key: "checkIn", count: 0 };
  return PHASE_DUTY[view.phase as Phase]?.(view, seat.number) ?? DONE;
}

const DONE: Duty = { key: "waitOthers", count: 0 };
const some = (key: string, count: number): Duty | null => (count > 0 ? { key, count } : null);

const PHASE_DUTY: Partial<Record<Phase, (view: RoomView, seat: number) => Duty | null>> = {
  chair: (view, seat) =>
    view.chair === null && !view.election.voted.includes(seat) ? { key: "voteChair", count: 0 } : null,
  preliminary: (view, seat) => some("review", votesMissing(view, seat)),
  technical: (view, seat) => {
    const locked = view.seats.find((one) => one.number === seat)?.locked;
    if (!locked) return some("score", marksMissing(view, seat)) ?? { key: "lock", count: 0 };
    return hasAnsweredObjective(view, seat) ? null : { key: "objective", count: 0 };
  },
  checks: (view, seat) => some("finding", findingsOf(view, seat).length),
  report: (view, seat) =>
    view.report_answers.some((one) => one.seat === seat) ? null : { key: "report", count: 0 },
};

/** Has this seat answered the objective marks, if there are any? */
export function hasAnsweredObjective(view: RoomView, seat: number): boolean {
  return view.objective.length === 0 || view.objective_answers.some((one) => one.seat === seat);
}

/** The findings that ask this seat for an answer; what asks the committee, its chair answers. */
export function findingsOf(view: RoomView, seat: number) {
  const answered = new Set(view.finding_answers.map((one) => one.finding));
  return view.findings.filter(
    (one) =>
      !answered.has(one.number) &&
      ((one.seat === seat && one.severity === "explain") || (one.severity === "decide" && view.chair === seat)),
  );
}

/** Who asked for more time, how many more it takes, and whether this reader may ask. */
export interface TimeAsked {
  seats: readonly number[];
  missing: number;
  mayAsk: boolean;
}

/**
 * The state of asking for more time (E26): more than a third of the members, as
 * `extensions` of evaluation_rooms/room.py counts. Null where there is nothing to show.
 */
export function timeAskedOf(view: RoomView, standing: StandingView): TimeAsked | null {
  if (REPORTED.includes(view.phase)) return null;
  const members = view.seats.filter((one) => one.role === "member").length;
  const seats = view.short_of_time;
  const mayAsk = standing.viewer === "member" && standing.seat !== null && !seats.includes(standing.seat);
  if (!mayAsk && seats.length === 0) return null;
  return { seats, missing: Math.max(0, Math.floor(members / 3) + 1 - seats.length), mayAsk };
}

const REPORTED: readonly string[] = ["signing", "closed", "void"];

/** The phases that this reader may lead the room into. */
export function waysOn(view: RoomView, standing: StandingView): Phase[] {
  const isHost = standing.viewer === "host";
  const isChair = standing.viewer === "member" && standing.seat === view.chair;
  return (STEPS[view.phase as Phase] ?? [])
    .filter((step) => isHost || (isChair && step.by === "either"))
    .map((step) => step.to);
}
