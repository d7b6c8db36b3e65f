/** Workplaces around a tender: bookings by days, guarantees, calls, reports, check-in, what is live. */
import { describe, expect, test } from "vitest";

import { daysOf } from "@/domain/bookings";
import { adviceOf } from "@/domain/call-advice";
import { readReport } from "@/domain/conformance";
import { COURSE, isMoving, isSecured, mayCancel, maySurrender, toneOf, wayOf } from "@/domain/guarantees";
import { alertsOf, inSession, type Watched } from "@/domain/live";
import { forgetWorkstation, keepWorkstation, tokenOf, workstationOf } from "@/domain/workstation";
import type { BookingAnswer, DutyView, MatterAnswer, OrderAnswer, OwnTenderView } from "@/generated/api";
import type { RoomView } from "@/generated/rooms";
import { saidAtCheckIn } from "@/rooms/check-in";
import { imageFault } from "@/venue/desk";

function aBooking(begins_at: string, ends_at: string): BookingAnswer {
  return { id: begins_at, tender_id: "t", partner_id: null, contact: "", venue_id: "v", venue: "示范", seats: 5, scattered: false, begins_at, ends_at, status: "confirmed" };
}

function anOrder(state: string, matters: MatterAnswer[] = []): OrderAnswer {
  return { id: "o", tender_id: "t", lot: "1", guarantor_id: "g", state, cover_fen: 1, cover_until: "", ordered_at: "", reason: "", matters };
}

function aMatter(kind: string, state: string): MatterAnswer {
  return { id: "m", kind, state, asked_at: "", reason: "" };
}

describe("a calendar of bookings", () => {
  const noon = Date.parse("2026-11-23T12:00:00+08:00");

  test("a booking stands on every day that it touches, in Shanghai", () => {
    const over = aBooking("2026-11-23T10:00:00+08:00", "2026-11-25T00:00:00+08:00");
    const shown = daysOf([over], noon, 3);

    expect(shown.map((one) => [one.day, one.bookings.length])).toEqual([
      ["2026-11-23", 1],
      ["2026-11-24", 1],
      ["2026-11-25", 0],
    ]);
  });

  test("late in the evening in UTC is the next day there, and a day's bookings stand in order", () => {
    const late = aBooking("2026-11-23T20:00:00Z", "2026-11-23T22:00:00Z");
    const early = aBooking("2026-11-23T16:30:00Z", "2026-11-23T17:00:00Z");
    const [, second] = daysOf([late, early], noon, 2);

    expect(second?.bookings).toEqual([early, late]);
  });
});

describe("a workstation", () => {
  const kept = (): Storage => {
    const held = new Map<string, string>();
    return {
      getItem: (key: string) => held.get(key) ?? null,
      setItem: (key: string, value: string) => void held.set(key, value),
      removeItem: (key: string) => void held.delete(key),
    } as unknown as Storage;
  };
  const token = tokenOf(Uint8Array.from({ length: 32 }, (_, index) => 255 - index));

  test("is remembered until it is none any more", () => {
    const storage = kept();
    keepWorkstation(storage, { token, venueId: "v", room: "A", label: "1" });

    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(workstationOf(storage)?.label).toBe("1");
    forgetWorkstation(storage);
    expect(workstationOf(storage)).toBeNull();
  });

  test.each(["", "null", "{", "7", '{"token":"short"}', '{"token":7}', `{"token":"${token}\\r\\nX: 1"}`])(
    "is none when storage holds %j",
    (text) => {
      const storage = kept();
      storage.setItem("kaibiao.workstation", text);

      expect(workstationOf(storage)).toBeNull();
    },
  );
});

describe("a guarantee", () => {
  test("comes along its way, and off the way there are no steps", () => {
    expect(wayOf("paid").map((one) => one.at)).toEqual(["done", "done", "done", "now", "later", "later", "later"]);
    expect(wayOf("refused")).toEqual([]);
    expect(COURSE.map(toneOf)).toEqual(["open", "open", "open", "open", "good", "good", ""]);
  });

  test("is canceled before it is paid and surrendered afterwards, once at a time", () => {
    expect(["applied", "awaiting_premium", "paid", "verified"].map((state) => mayCancel(anOrder(state)))).toEqual([true, true, false, false]);
    expect(["awaiting_premium", "paid", "verified", "claimed"].map((state) => maySurrender(anOrder(state)))).toEqual([false, true, true, false]);
    expect(maySurrender(anOrder("verified", [aMatter("surrender", "asked")]))).toBe(false);
    expect(maySurrender(anOrder("verified", [aMatter("surrender", "declined")]))).toBe(true);
  });

  test("is looked at again while the guarantor is at work", () => {
    expect(isMoving(anOrder("underwriting"))).toBe(true);
    expect(isMoving(anOrder("verified"))).toBe(false);
    expect(isMoving(anOrder("verified", [aMatter("extension", "under_review")]))).toBe(true);
    expect([isSecured([anOrder("paid")]), isSecured([anOrder("refused"), anOrder("verified")])]).toEqual([false, true]);
  });
});

describe("a call that failed", () => {
  test.each([
    ["ok", "", null],
    ["unavailable", "timed out", "away"],
    ["refused", "answered 404", "refused"],
    ["message-replayed", "", "nonce"],
    ["invalid-body", "Expected `object`", "read"],
    ["message-signature-refused", 'Signature "expires" parameter is set to a time in the past', "clock"],
    ["message-signature-refused", 'Signature "created" parameter is set to a time in the future', "clock"],
    ["message-signature-refused", "Unable to resolve verification key", "key"],
    ["message-signature-refused", 'Signature is missing a required "keyid" parameter', "key"],
    ["message-signature-refused", "a signature has a nonce of 1 to 64 characters", "nonce"],
    ["message-signature-refused", "No signatures found matching the expected tag or label", "tag"],
    ["message-signature-refused", 'Expected "Signature-Input" header field to be present', "header"],
    ["message-signature-refused", "The body does not match its digest", "body"],
    ["message-signature-refused", "", "signature"],
  ])("%s: %s", (outcome, explanation, advice) => {
    expect(adviceOf(outcome, explanation)).toBe(advice);
  });
});

describe("a conformance report", () => {
  const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
  const good = { endpoint: "https://a.example", at: "2026-11-23T02:00:00Z", passed: 1, failed: 0, cases: [{ case: "a", seen: "ok" }] };

  test("says what held, and the digest of its bytes", () => {
    const read = readReport(bytes(good));

    expect([read?.passed, read?.failed]).toEqual([1, 0]);
    expect(read?.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(readReport(bytes({ ...good, failed: 1, passed: 0, cases: [{ case: "a", seen: "no" }] }))?.failures).toEqual([{ case: "a", seen: "no" }]);
  });

  test.each([
    ["not JSON", "{"],
    ["another file", "[]"],
    ["one that hides a failure", { ...good, cases: [{ case: "a", seen: "no" }] }],
    ["one that counts cases it does not have", { ...good, passed: 9 }],
    ["one too large", { ...good, endpoint: "x".repeat(1 << 20) }],
  ])("is not %s", (_what, content) => {
    expect(readReport(bytes(content))).toBeNull();
  });
});

test("at check-in the words are signed along, but not by whom they would not be true", () => {
  const place = { roomId: "r", tenderId: "t", seat: 3, personId: "p" };
  const said = saidAtCheckIn(place, { textOf: (kind) => kind, conflict: false, reason: "" });
  const leaving = saidAtCheckIn(place, { textOf: (kind) => kind, conflict: true, reason: "亲属" });

  expect(said.map((one) => one.kind)).toEqual(["discipline", "confidentiality", "recusal", "ai_use"]);
  expect(said[2]).toEqual({ kind: "recusal", room_id: "r", tender_id: "t", seat: 3, person_id: "p", conflict: false, text: "recusal" });
  expect(leaving[2]).toEqual({ kind: "recusal", room_id: "r", tender_id: "t", seat: 3, person_id: "p", conflict: true, reason: "亲属" });
});

test("an image is neither empty nor larger than the desk takes", () => {
  expect([0, 1, 256 * 1024, 256 * 1024 + 1].map((size) => imageFault({ size }))).toEqual(["empty", "", "", "large"]);
});

describe("what is live", () => {
  const now = Date.parse("2026-11-23T02:00:00Z");
  const tender = (tender_id: string, status: string, deadline: string): OwnTenderView => ({ tender_id, number: tender_id, title: tender_id, status, deadline, unconfirmed: 0 });

  test("is what is in session or opens within a day, the first first", () => {
    const found = inSession(
      [
        tender("far", "published", "2026-11-25T02:00:00Z"),
        tender("soon", "published", "2026-11-24T01:00:00Z"),
        tender("over", "awarded", "2026-11-01T02:00:00Z"),
        tender("sits", "evaluating", "2026-11-20T02:00:00Z"),
      ],
      now,
    );

    expect(found.map((one) => one.tender_id)).toEqual(["sits", "soon"]);
  });

  test("asks for attention: what is overdue, stands still, was set aside, refused, left", () => {
    const room = {
      id: "r",
      standstill: { paused: { by: "示范监督员", reason: "来信" } },
      report_refusals: [{ seat: 2, basis: "当场" }],
      seats: [{ number: 4, role: "member", recused: true }, { number: 9, role: "operator", recused: true }],
    } as unknown as RoomView;
    const overrides = [
      { rule: "E01", reason: "理由", by: { name: "示范经办人" }, seen_at: null },
      { rule: "E02", reason: "理由", by: { name: "示范经办人" }, seen_at: "2026-11-22T02:00:00Z" },
    ];
    const watched: Watched[] = [{ tender: tender("t", "evaluating", ""), rooms: [room], hallPhase: "closed", overrides }];
    const duties = [{ tender_id: "t", title: "答复异议", law: "第十条", overdue: true }, { tender_id: "t", overdue: false }] as unknown as DutyView[];

    const alerts = alertsOf(watched, duties, new Map([["t", "示范项目"]]));

    expect(alerts.map((one) => one.key)).toEqual(["overdue", "standsStill", "refusedReport", "recused", "override"]);
    expect(alerts[0]?.title).toBe("示范项目");
  });
});
