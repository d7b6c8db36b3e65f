/** What a bidder has to do, and until when; what a host may issue, revoke and draft. */
import { describe, expect, test } from "vitest";

import { mayNotify, mayRevoke, nextOf, revocationCauses } from "@/domain/awards";
import { draftLike } from "@/domain/drafts";
import { type DocumentFinding, inOrder } from "@/domain/findings";
import { issuable, turnOf } from "@/domain/issuing";
import { isMonth, monthAfter, weeksOf } from "@/domain/months";
import { subjectsOf } from "@/domain/news";
import { piecesOf } from "@/domain/passages";
import { ratedOf } from "@/domain/ratings";
import { subjectsOpen } from "@/domain/remedies";
import { type Known, tasksOf } from "@/domain/workspace";
import type { IssuedAnswer, LotResultAnswer, OwnBid, TenderView } from "@/generated/api";

const DEADLINE = "2026-12-20T02:00:00Z";
const BEFORE = Date.parse("2026-12-01T02:00:00Z");
const ME = "00000000-0000-0000-0000-000000000001";

function aTender(changes: Partial<TenderView> = {}): TenderView {
  return {
    id: "t",
    status: "published",
    title: "示范项目",
    deadline: DEADLINE,
    timetable: { documents_until: "2026-12-05T16:00:00Z", sign_in_from: "2026-12-19T02:00:00Z", unlock_until: "2026-12-20T03:00:00Z" },
    lots: [{ lot: "1", title: "一", estimate_fen: 2, ceiling_price_fen: 2, bid_security_fen: 1, items: [], bill: null }],
    clarifications: [],
    key_policy: {
      suite: "age-v1-x25519",
      threshold: 2,
      holders: [
        { number: 2, organization_id: "b", name: "乙" },
        { number: 1, organization_id: "a", name: "甲" },
      ],
    },
    round: { procedure: "open-tendering" },
    ...changes,
  } as TenderView;
}

function aBid(changes: Partial<OwnBid> = {}): OwnBid {
  return { lot: "1", counter: 1, status: "submitted", received_at: DEADLINE, manifest_digest: "00", receipt: {}, seal_again: false, ...changes };
}

function known(changes: Partial<Known> = {}): Known {
  const participation = { documents_at: null, confirmed: [] };
  return { tender: aTender(), participation, bids: [], securities: [], extensions: [], enquiries: [], organizationId: ME, ...changes };
}

const told = (of: Known, now = BEFORE) => tasksOf(of, now).map((task) => `${task.key} ${task.state}`);

describe("a bidder's tasks", () => {
  test("begin with the documents, the security and the bid, in the order they are due", () => {
    expect(told(known())).toEqual(["download open", "security open", "bid open"]);
  });

  test("are too late at the very instant they are due", () => {
    expect(told(known(), Date.parse(DEADLINE))).toEqual(["download missed", "security missed", "bid missed"]);
    expect(told(known(), Date.parse(DEADLINE) - 1)).toContain("bid open");
  });

  test("name every clarification that was not confirmed, once the documents are there", () => {
    const clarifications = [1, 2].map((number) => ({ number, text: "", affects_bids: false, published_at: DEADLINE }));
    const tender = aTender({ clarifications });

    expect(told(known({ tender }))).not.toContain("confirm open");
    const has = known({ tender, participation: { documents_at: DEADLINE, confirmed: [1] } });
    expect(tasksOf(has, BEFORE).filter((task) => task.key === "confirm").map((task) => task.lot)).toEqual(["2"]);
  });

  test("go on to signing in and unlocking for who has a bid, and for nobody else", () => {
    expect(told(known({ bids: [aBid()] }))).toContain("signIn later");
    expect(told(known({ bids: [aBid()] }), Date.parse("2026-12-19T02:00:00Z"))).toContain("signIn open");
    const opening = aTender({ status: "opening" });
    expect(told(known({ tender: opening, bids: [aBid()] }))).toContain("unlock open");
    expect(told(known({ tender: opening, bids: [aBid({ status: "withdrawn" })] }))).not.toContain("unlock open");
  });

  test("ask for an answer about the validity only of who was asked, until it is given", () => {
    const one = { lot: "1", number: 1, days: 120, until: DEADLINE, respond_until: DEADLINE, reason: "", accepted: [], refused: [], silent: [ME] };

    expect(told(known({ bids: [aBid()], extensions: [one] }))).toContain("validity open");
    expect(told(known({ bids: [aBid()], extensions: [{ ...one, silent: [], refused: [ME] }] }))).toContain("validity done");
    expect(told(known({ bids: [aBid()], extensions: [{ ...one, silent: ["other"] }] })).join()).not.toContain("validity");
  });

  test("advise to seal again where a key holder was replaced", () => {
    expect(told(known({ bids: [aBid({ seal_again: true })] }))).toContain("sealAgain warn");
  });
});

const WINNER = { rank: 1, bid: "01", bidder_id: "x", bidder_name: "甲", price_fen: 1, total: "90" };
const SECOND = { ...WINNER, rank: 2, bid: "02", bidder_name: "乙" };
const RESULT: LotResultAnswer = {
  lot: "1",
  candidates: [SECOND, WINNER],
  publicity_from: DEADLINE,
  publicity_until: DEADLINE,
  report_digest: "",
  award: { winner: WINNER, notified_at: DEADLINE, contract_until: "2027-01-20" },
};

describe("an award", () => {
  test("is revoked for the causes of its regime, while it stands", () => {
    expect(revocationCauses("government_procurement")).toEqual(["abandoned", "unlawful_conduct"]);
    expect(revocationCauses("construction")).toHaveLength(4);
    expect(mayRevoke({ status: "awarded" }, RESULT)).toBe(true);
    expect(mayRevoke({ status: "awarded" }, { ...RESULT, award: null })).toBe(false);
    expect(mayRevoke({ status: "failed" }, RESULT)).toBe(false);
  });

  test("goes to the next candidate when the first was revoked, and to nobody when none is left", () => {
    const gone = (winner: typeof WINNER) => ({ winner, notified_at: "", revoked_at: "", cause: "abandoned", following: "", reasons: "" });
    const open = { ...RESULT, award: null, revoked: [gone(WINNER)] };

    expect(mayNotify({ status: "candidates_published" }, open)).toBe(true);
    expect(nextOf(RESULT)).toEqual(WINNER);
    expect(nextOf(open)).toEqual(SECOND);
    expect(nextOf({ ...open, revoked: [gone(WINNER), gone(SECOND)] })).toBeNull();
  });
});

describe("documents", () => {
  const issued = (changes: Partial<IssuedAnswer>): IssuedAnswer => ({
    ...{ kind: "notice", lot: "", number: "", digest: "", signatories: [], issued_at: DEADLINE, completed_at: null },
    ...changes,
  });

  test("are issued once, and again when the one that was is void", () => {
    const tender = { status: "awarded", clarifications: [{ number: 3, text: "", affects_bids: false, published_at: "" }] };
    const all = [{ kind: "notice" }, { kind: "clarification", lot: "3" }, { kind: "result", lot: "1" }];

    expect(issuable(tender, [RESULT], [])).toEqual(all);
    expect(issuable(tender, [RESULT], [issued({}), issued({ kind: "result", lot: "1", void_at: DEADLINE })])).toEqual(all.slice(1));
    expect(issuable({ status: "failed", clarifications: [] }, [], [issued({})])).toEqual([{ kind: "termination" }]);
    expect(issuable({ status: "draft", clarifications: [] }, [], [])).toEqual([]);
  });

  test("are signed in the order of places, by nobody out of turn", () => {
    const who = (organization_id: string, signed_at: string | null, waived_because: string | null = null) => ({
      ...{ place: 1, name: "", title: "" },
      ...{ organization_id, signed_at, waived_because },
    });
    const signatories = [who("a", DEADLINE), who("b", null, "未签"), who("c", null), who("d", null)];

    expect(["a", "b", "c", "d"].filter((one) => turnOf(issued({ signatories }), one))).toEqual(["c"]);
    expect(turnOf(issued({ signatories, void_at: DEADLINE }), "c")).toBe(false);
  });

  test("show first what blocks, last what was rejected", () => {
    const finding = (id: string, severity: "block" | "warn", rejected = false) =>
      ({ id, severity, document: "招标文件.pdf", page: 1, decision: rejected ? { accepted: false } : null }) as DocumentFinding;
    const order = inOrder([finding("rejected", "block", true), finding("warns", "warn"), finding("blocks", "block")]);

    expect(order.map((one) => one.id)).toEqual(["blocks", "warns", "rejected"]);
  });

  test("have a passage found across pieces and spaces, and none that is not there", () => {
    expect(piecesOf("本省 企业优先", ["投标人须为", "本省", " 企业", "优先选择"])).toEqual([1, 2, 3]);
    expect(piecesOf("外省", ["本省企业"])).toEqual([]);
    expect(piecesOf(" ", ["本省"])).toEqual([]);
    // With the beginning of the next page behind it, as far as it stands on this one.
    expect(piecesOf("标题必须采用某某品牌。工期60日。第二页", ["必须采用", "某某品牌。", "其他"])).toEqual([]);
    expect(piecesOf("必须采用某某品牌。工期60日。第二页", ["必须采用", "某某品牌。", "其他"])).toEqual([0, 1]);
  });
});

test("a draft like an earlier tender keeps its key holders in their places and names the project", () => {
  const body = draftLike(aTender(), { title: "新项目", deadline: DEADLINE, projectId: "p" });

  expect(body.key_holder_ids).toEqual(["a", "b"]);
  expect(body).toMatchObject({ title: "新项目", project_id: "p", procedure: "open-tendering", threshold: 2 });
  expect(body).not.toHaveProperty("source");
});

test("what may be objected to follows the tender's course", () => {
  const open = (status: string, timetable = {}) => subjectsOpen({ status, timetable }).map((one) => one.subject);

  expect(open("draft")).toEqual([]);
  expect(open("published")).toEqual(["tender_documents"]);
  expect(open("candidates_published", { publicity_from: DEADLINE, publicity_until: DEADLINE })).toEqual([
    "tender_documents",
    "opening",
    "evaluation_result",
  ]);
});

test("months begin on their weekday, in leap years and at the turn of the year", () => {
  expect(weeksOf("2026-11")[0]).toEqual([null, null, null, null, null, null, "2026-11-01"]);
  expect(weeksOf("2028-02").flat().filter(Boolean)).toHaveLength(29);
  expect([monthAfter("2026-12", 1), monthAfter("2026-01", -1)]).toEqual(["2027-01", "2025-12"]);
  expect(["2026-13", "2026-00", "11-2026"].map(isMonth)).toEqual([false, false, false]);
});

test("ratings become shares that say nothing where nobody rated", () => {
  const none = { service: "bid_submitted", very_good: 0, good: 0, fair: 0, bad: 0, very_bad: 0 } as const;

  expect(ratedOf(none)).toMatchObject({ count: 0, goodPercent: null });
  expect(ratedOf({ ...none, very_good: 1, good: 1, bad: 1 })).toMatchObject({ count: 3, goodPercent: 67 });
});

test("kinds of news are muted by subject", () => {
  expect(subjectsOf(["award.notified", "award.revoked", "bid.unlocked"]).map((one) => one.kinds.length)).toEqual([2, 1]);
});
