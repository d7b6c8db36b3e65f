/** The opening and an evaluation room, folded from what the platform says. */
import { describe, expect, test } from "vitest";

import type { JournalEntry } from "@/api/tenders";
import { merged } from "@/domain/journal";
import { contributionDue, drawOf, kindsIn, namesOf, openingOf } from "@/domain/opening";
import { sentenceOf } from "@/domain/record";
import type { RoomView, StandingView } from "@/generated/rooms";
import { dutyOf, timeAskedOf, waysOn } from "@/rooms/duty";

const AT = "2026-12-16T02:01:00Z";

function record(...events: [string, Record<string, unknown>][]): JournalEntry[] {
  return events.map(([kind, body], index) => ({ seq: index + 1, kind, body, at: AT }));
}

const CLOSED: [string, Record<string, unknown>] = [
  "submission.closed",
  {
    deadline: "2026-12-16T02:00:00Z",
    lots: [
      {
        lot: "1",
        unlock_until: "2026-12-16T03:01:00Z",
        bids: ["a", "b", "c"].map((id) => ({ bidder_id: id, bidder_name: `示范${id}`, uscc: id })),
      },
    ],
  },
];
const UNLOCKED = (id: string, by: string, rederives: boolean): [string, Record<string, unknown>] => [
  "bid.unlocked",
  { lot: "1", bidder_id: id, by, envelopes: [{ kind: "price", rederives }] },
];
const REVEALED: [string, Record<string, unknown>] = [
  "prices.revealed",
  {
    lot: "1",
    rows: [{ bidder_id: "a", form: { price_fen: 100 }, findings: ["above-ceiling"] }],
    deemed_revoked: ["c"],
  },
];

describe("the opening", () => {
  test("knows nothing before submission has closed", () => {
    expect(openingOf([])).toEqual({ closed: false, recorded: false, failed: false, lots: [] });
  });

  test("has a verdict for each bid", () => {
    const events = [CLOSED, UNLOCKED("a", "bidder", true), UNLOCKED("b", "key_holders", false)];
    const { lots } = openingOf(record(...events, REVEALED));

    expect(lots[0]?.bids.map((bid) => bid.verdict)).toEqual([
      "unlocked",
      "invalid",
      "deemed_revoked",
    ]);
    expect(lots[0]?.bids.map((bid) => bid.by)).toEqual(["bidder", "key_holders", null]);
  });

  test("shows what was drawn, and tells a bidder what it has to do for it", () => {
    const ball = { urn: [5, 6, 7, 8], drawn: 6 };
    const coefficient = { lot: "1", id: "K", percent: "6.25", balls: [ball] };
    const method = { lot: "1", id: "办法", method: 2, title: "平均值", balls: [] };
    const steps: [string, Record<string, unknown>][] = [
      CLOSED,
      ["draw.pool_frozen", { bidders: ["a", "b"], pool_root: "00ff" }],
      ["draw.committed", { organization_id: "a" }],
      ["draw.contributions_closed", { admitted: ["a"], left_out: [] }],
      ["draw.revealed", { organization_id: "a" }],
      ["committee.drawn", { coefficients: [method, coefficient] }],
    ];
    const after = (count: number) => drawOf(record(...steps.slice(0, count)), ["host"]);
    const due = (bidder: string) =>
      steps.map((_, index) => {
        const draw = after(index + 1);
        return draw && contributionDue(draw, bidder);
      });

    expect(openingOf(record(...steps)).lots[0]?.coefficients).toEqual([
      { id: "办法", percent: null, method: { number: 2, title: "平均值" }, balls: [] },
      { id: "K", percent: "6.25", method: null, balls: [ball] },
    ]);
    expect(due("a")).toEqual([null, "seal", null, "reveal", null, null]);
    expect(due("b")).toEqual([null, "seal", "seal", null, null, null]);
    expect(due("c")).toEqual([null, null, null, null, null, null]);
    expect(due("host")).toEqual([null, "seal", "seal", null, null, null]);
    expect(after(4)).toEqual({
      root: "00ff",
      contributors: ["host", "a", "b"],
      sealed: ["a"],
      closed: true,
      waiting: ["a"],
    });
  });

  test("unlocks in each session its own envelopes, and of a round that says none no envelope", () => {
    const left = { lot: "1", session: 2, bidders: ["a", "b"], unlock_until: "2026-12-20T03:00:00Z" };
    const events = [CLOSED, UNLOCKED("a", "bidder", true), REVEALED];
    const [a, , c] = openingOf(record(...events, ["opening.resumed", left])).lots[0]?.bids ?? [];
    const round = { sessions: [["qualification", "technical"], ["price"]] };

    expect([a?.verdict, a?.session, c?.session]).toEqual(["waiting", 2, 1]);
    expect([1, 2, 3].map((session) => kindsIn(round, session))).toEqual([
      ["qualification", "technical"],
      ["price"],
      ["price"],
    ]);
    expect(kindsIn({ sessions: [["price"]] }, 2)).toEqual(["price"]);
    expect(kindsIn({}, 1)).toEqual([]);
  });

  test("has prices only after they were read out", () => {
    const before = openingOf(record(CLOSED, UNLOCKED("a", "bidder", true)));
    const after = openingOf(record(CLOSED, UNLOCKED("a", "bidder", true), REVEALED));

    expect(before.lots[0]?.revealed).toBe(false);
    expect(after.lots[0]?.bids[0]).toMatchObject({
      form: { price_fen: 100 },
      findings: ["above-ceiling"],
    });
  });

  test("says by whose fault a bid did not open, once that was computed again", () => {
    const whose = (one: string) => ({ lot: "1", bidder_id: "a", fault: { whose: one } });
    const entries = record(CLOSED, ["fault.found", whose("bidder")], ["fault.found", whose("platform")]);
    const said = entries.slice(1).map((entry) => sentenceOf(entry, namesOf(entries)));

    expect(said.map((one) => one.key)).toEqual(["faultBidder", "faultOthers"]);
    expect(said[0]?.values).toEqual({ name: "示范a", lot: "1" });
  });

  test("names bidders in sentences", () => {
    const entries = record(CLOSED, UNLOCKED("a", "bidder", true));
    const sentence = sentenceOf(entries[1] as JournalEntry, namesOf(entries));

    expect(sentence).toEqual({
      key: "bidUnlocked",
      values: { name: "示范a", lot: "1" },
      tone: "good",
    });
  });

  test("says of an unknown kind that it was recorded", () => {
    const [entry] = record(["something.new", {}]);

    expect(sentenceOf(entry as JournalEntry, new Map()).key).toBe("other");
  });
});

test("a record read in parts has each entry once and in order", () => {
  const all = record(["a", {}], ["b", {}], ["c", {}]);

  expect(merged(all.slice(1), all.slice(0, 2)).map((entry) => entry.seq)).toEqual([1, 2, 3]);
});

describe("the duty of a member", () => {
  const seat = { number: 2, checked_in: true, locked: false, votes: 0, marks: 0 };
  const view = {
    phase: "technical",
    chair: 1,
    method: { criteria: [{ id: "design", kind: "subjective" }] },
    items: [{ id: "seal" }],
    seats: [{ ...seat, number: 1 }, seat],
    bids: [
      { number: 1, rejected: false },
      { number: 2, rejected: true },
    ],
    objective: [],
    objective_answers: [],
    report_answers: [],
    findings: [],
    finding_answers: [],
    election: { round: 1, candidates: [1, 2], voted: [] },
  } as unknown as RoomView;
  const member = { kind: "evaluation", viewer: "member", seat: 2 };

  test("is to check in, to score, to lock, then to wait", () => {
    const of = (change: object) =>
      dutyOf({ ...view, seats: [{ ...seat, ...change }] } as unknown as RoomView, member);

    expect(of({ checked_in: false })).toEqual({ key: "checkIn", count: 0 });
    expect(of({})).toEqual({ key: "score", count: 1 });
    expect(of({ marks: 1 })).toEqual({ key: "lock", count: 0 });
    expect(of({ marks: 1, locked: true })).toEqual({ key: "waitOthers", count: 0 });
  });

  test("nobody else has one", () => {
    expect(dutyOf(view, { kind: "evaluation", viewer: "supervisor", seat: null })).toBeNull();
  });

  test("E26: more than a third of the members ask for more time, each once, until the report is there", () => {
    const seats = [1, 2, 3, 4, 5].map((number) => ({ ...seat, number, role: "member" }));
    const host = { kind: "evaluation", viewer: "host", seat: null };
    const of = (short_of_time: number[], standing: StandingView = member, phase = "technical") =>
      timeAskedOf({ ...view, seats: [...seats, { ...seat, number: 6, role: "host" }], short_of_time, phase } as unknown as RoomView, standing);

    expect(of([])).toEqual({ seats: [], missing: 2, mayAsk: true });
    expect(of([4])).toEqual({ seats: [4], missing: 1, mayAsk: true });
    expect(of([2])).toEqual({ seats: [2], missing: 1, mayAsk: false });
    expect(of([2], host)).toEqual({ seats: [2], missing: 1, mayAsk: false });
    expect(of([], host)).toBeNull();
    expect(of([4], member, "signing")).toBeNull();
  });

  test("only host and chair lead on, and some steps are the host's", () => {
    expect(waysOn(view, member)).toEqual([]);
    expect(waysOn(view, { ...member, seat: 1 })).toEqual(["price", "report"]);
    expect(waysOn(view, { kind: "evaluation", viewer: "host", seat: null })).toEqual([
      "price",
      "preliminary",
      "report",
    ]);
  });
});
