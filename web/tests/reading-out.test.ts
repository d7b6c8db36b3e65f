/** Reading out: what is said, and that a voice can be stopped and gone on with. */
import { describe, expect, test } from "vitest";

import type { JournalEntry } from "@/api/tenders";
import { openingOf } from "@/domain/opening";
import { linesOf, Reader, type Voice } from "@/domain/reading-out";

const AT = "2026-12-16T02:01:00Z";
const record = (...events: [string, Record<string, unknown>][]): JournalEntry[] =>
  events.map(([kind, body], index) => ({ seq: index + 1, kind, body, at: AT }));
const CLOSED: [string, Record<string, unknown>] = [
  "submission.closed",
  {
    lots: [
      {
        lot: "1",
        unlock_until: "2026-12-16T03:01:00Z",
        bids: ["a", "b", "c"].map((id) => ({ bidder_id: id, bidder_name: `示范${id}` })),
      },
    ],
  },
];
const form = { price_fen: 4_860_000_000, duration_days: 300, quality: "合格", project_manager: "示范经理" };
const REVEALED: [string, Record<string, unknown>] = [
  "prices.revealed",
  {
    lot: "1",
    rows: [
      { bidder_id: "a", form, findings: [] },
      { bidder_id: "b", form: { price_fen: "12" }, findings: ["unit-slip-suspected", "above-ceiling"] },
    ],
    deemed_revoked: ["c"],
  },
];
const UNLOCKED = (id: string): [string, Record<string, unknown>] => [
  "bid.unlocked",
  { lot: "1", bidder_id: id, by: "bidder", envelopes: [] },
];

function lotOf(...events: [string, Record<string, unknown>][]) {
  const [lot] = openingOf(record(...events)).lots;
  if (!lot) throw new Error("no lot");
  return lot;
}

describe("what is read out", () => {
  test("is nothing before all prices are shown", () => {
    expect(linesOf(lotOf(CLOSED, UNLOCKED("a")))).toEqual([]);
  });

  test("names every bidder, amounts in capitals, and what catches the eye", () => {
    const said = linesOf(lotOf(CLOSED, UNLOCKED("a"), UNLOCKED("b"), REVEALED)).map((one) => one.text);

    expect(said).toEqual([
      "现在唱标，第1标段，共3家投标人。",
      "第1家，示范a，投标报价人民币肆仟捌佰陆拾万元整，工期300天，质量合格，项目经理示范经理。",
      "第2家，示范b，提示：报价疑似元与万元单位有误，请核对，提示：报价超过最高投标限价。",
      "第3家，示范c，未能解密，视为撤销投标文件。",
      "唱标完毕，请各投标人核对并确认。",
    ]);
  });
});

describe("the fold of the opening", () => {
  test("follows an extension, a lost key, a confirmation, a shortfall and the record", () => {
    const lot = lotOf(
      CLOSED,
      ["unlock.extended", { lot: "1", unlock_until: "2026-12-16T03:31:00Z" }],
      ["key.lost", { lot: "1", bidder_id: "a" }],
      ["opening.confirmed", { lot: "1", bidder_id: "b" }],
      ["shortfall.proposed", { lot: "1", decision: "go_on", reason: "示范" }],
      ["document.issued", { lot: "1", kind: "opening_record" }],
    );

    expect(lot).toMatchObject({
      unlockUntil: "2026-12-16T03:31:00Z",
      shortfall: { decision: "go_on", reason: "示范", decided: false },
      record: "issued",
    });
    expect(lot.bids.map((bid) => [bid.keyLost, bid.confirmed])).toEqual([
      [true, false],
      [false, true],
      [false, false],
    ]);
    expect(lotOf(CLOSED, ["shortfall.decided", { lot: "1", decision: "fail" }]).shortfall?.decided).toBe(true);
    expect(lotOf(CLOSED, ["opening.recorded", { lot: "1" }]).record).toBe("signed");
  });
});

describe("a reader", () => {
  const lines = ["一", "二", "三"].map((text) => ({ bidderId: text, text }));

  function reading() {
    const said: string[] = [];
    const ends: (() => void)[] = [];
    const voice: Voice = {
      speak: (text, ended) => {
        said.push(text);
        ends.push(ended);
      },
      // As browsers do: what is cut off calls back as well.
      cancel: () => ends.at(-1)?.(),
    };
    let changes = 0;
    const reader = new Reader(voice, () => (changes += 1));
    return { reader, said, finish: () => ends.at(-1)?.(), changes: () => changes };
  }

  test("says one line after another and falls silent", () => {
    const { reader, said, finish, changes } = reading();
    reader.start(lines);
    finish();
    finish();
    finish();

    expect(said).toEqual(["一", "二", "三"]);
    expect([reader.state, reader.at]).toEqual(["silent", 0]);
    expect(changes()).toBe(4);
  });

  test("pauses, and says the sentence that was cut off again", () => {
    const { reader, said, finish } = reading();
    reader.start(lines);
    finish();
    reader.pause();
    reader.pause();
    expect([reader.state, reader.at]).toEqual(["paused", 1]);
    reader.goOn(lines);
    reader.goOn(lines);

    expect(said).toEqual(["一", "二", "二"]);
    reader.end();
    expect([reader.state, reader.at]).toEqual(["silent", 0]);
  });
});
