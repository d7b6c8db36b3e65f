/** What is being written: pasted tables, undo, drafts as forms, methods as forms. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

import type { TenderView } from "@/api/tenders";
import { faultsOf, formOf, freeLot, keepForm, keptForm, putMethod, putOf, sketchOf } from "@/domain/draft-form";
import { historyOf, mayRedo, mayUndo, moved, shownOf, stepped } from "@/domain/history";
import { at, bidsOf, criteriaOf, fitted, type Json, member, methodText, put, readMethod, ROUNDINGS, termsOf, withBids, withCriteria } from "@/domain/method-form";
import { cellsOf, pastedBids, pastedCriteria, pastedLots, ROWS_MAX } from "@/domain/pasting";
import zh from "@/locales/zh";

function example(name: string, kind: "method" | "bids"): Json {
  return JSON.parse(readFileSync(fileURLToPath(new URL(`../../tendering/methods/${name}.${kind}.json`, import.meta.url)), "utf-8")) as Json;
}

function kept(): Storage {
  const held = new Map<string, string>();
  return {
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, value: string) => void held.set(key, value),
    removeItem: (key: string) => void held.delete(key),
  } as unknown as Storage;
}

describe("pasted cells", () => {
  test.each([
    ["a\tb\r\nc\td\r\n", [["a", "b"], ["c", "d"]]],
    ['"two\nlines"\t"said ""so"""\n', [["two\nlines", 'said "so"']]],
    ["a,b\n\n,\nc,d", [["a", "b"], ["c", "d"]]],
    ['"open to the end', [["open to the end"]]],
    ['5" pipe\tx', [['5" pipe', "x"]]],
    [" \n\t\n", []],
  ])("%j", (text, cells) => {
    expect(cellsOf(text)).toEqual(cells);
  });

  test("lots are read under a heading, and a fault names its row as it was pasted", () => {
    const found = pastedLots("标段名称\t估算价\t最高限价\t保证金\n土建\t9,800,000\t10000000.00\t\n安装\t九百万\t1\t0\n\t1\t1\t1\n门窗\t1\t1\t-5");

    expect(found.rows).toEqual([{ title: "土建", estimate_fen: 980_000_000, ceiling_price_fen: 1_000_000_000, bid_security_fen: 0 }]);
    expect(found.faults).toEqual([
      { row: 3, cell: "九百万", why: "amount" },
      { row: 4, cell: "", why: "title" },
      { row: 5, cell: "-5", why: "amount" },
    ]);
  });

  test("the first row is data where it has an amount", () => {
    expect(pastedLots("估算价明细\t100\t100\t1").rows).toHaveLength(1);
  });

  test("criteria are read in both languages; twice, none of the choices and no number are refused", () => {
    const found = pastedCriteria("设计\t40\t技术\t主观\t1\nRecord\t10\tBusiness\tObjective\n设计\t1\n人员\t5\t其他\n设备\t5\t技术\t随意\n业绩\t多\n信誉\t5\t\t\t12");

    expect(found.rows.map((one) => [one.section, one.kind, one.max_points, one.decimals])).toEqual([
      ["technical", "subjective", "40", 1],
      ["business", "objective", "10", 1],
    ]);
    expect(found.faults.map((one) => [one.row, one.why])).toEqual([
      [3, "twice"],
      [4, "choice"],
      [5, "choice"],
      [6, "number"],
      [7, "number"],
    ]);
  });

  test("bids have a price and points for each criterion", () => {
    const found = pastedBids("投标人\t报价\t设计\n甲\t100\t38.5\n乙\t100\n丙\t0\t1\n丁\t5\t好\n甲\t7\t1", 1);

    expect(found.rows).toEqual([{ id: "甲", price_fen: 10_000, points: ["38.5"] }]);
    expect(found.faults.map((one) => [one.row, one.why])).toEqual([
      [3, "columns"],
      [4, "amount"],
      [5, "number"],
      [6, "twice"],
    ]);
  });

  test("too many rows are refused at once", () => {
    expect(pastedLots("a\t1\t1\n".repeat(ROWS_MAX + 1))).toEqual({ rows: [], faults: [{ row: ROWS_MAX + 1, cell: "", why: "rows" }] });
  });

  test("every fault has a sentence", () => {
    const whys = ["title", "amount", "number", "choice", "twice", "columns", "rows"];

    expect(Object.keys(zh.pasting.faults).sort()).toEqual(whys.sort());
  });
});

describe("undo", () => {
  test("steps back and forth, and a step after that forgets what was undone", () => {
    const third = stepped(stepped(historyOf("a"), "b"), "c");
    const back = moved(moved(third, -1), -1);

    expect([shownOf(back), mayUndo(back), mayRedo(back)]).toEqual(["a", false, true]);
    expect(moved(back, -1)).toBe(back);
    const other = stepped(moved(back, 1), "d");
    expect([shownOf(other), mayRedo(other), shownOf(moved(other, -1))]).toEqual(["d", false, "b"]);
  });

  test("the same again is no step, and the oldest are forgotten", () => {
    const one = historyOf({ a: 1 });
    let many = one;
    for (let step = 0; step < 300; step += 1) many = stepped(many, step);

    expect(stepped(one, { a: 1 })).toBe(one);
    expect(many.states).toHaveLength(200);
    expect(shownOf(many)).toBe(299);
  });
});

describe("a draft as a form", () => {
  const tender = {
    id: "t",
    title: "示范",
    description: "内容",
    regime: "construction",
    region: "510100",
    round: { procedure: "open-tendering" },
    circumstances: { category: "goods", compulsory: true, state_controlled: false, is_complex: false },
    lots: [{ lot: "1", title: "一", estimate_fen: 100_00, ceiling_price_fen: 120_00, bid_security_fen: 0, items: [{ unit: "m" }], bill: null }],
    method: { id: "m" },
    committee: { size: 5, award_method: "票决" },
    bid_validity_days: 90,
    unlock_minutes: 30,
    drain_seconds: 60,
    deadline: "2026-12-23T02:00:00Z",
    version: 3,
  } as unknown as TenderView;

  test("comes back as it was", () => {
    const body = putOf(formOf(tender), tender);

    expect(body).toEqual({
      title: "示范",
      description: "内容",
      deadline: "2026-12-23T02:00:00.000Z",
      method: { id: "m" },
      committee: { size: 5, award_method: "票决" },
      region: "510100",
      circumstances: tender.circumstances,
      bid_validity_days: 90,
      unlock_minutes: 30,
      lots: [{ lot: "1", title: "一", estimate_fen: 100_00, ceiling_price_fen: 120_00, bid_security_fen: 0, items: [{ unit: "m" }] }],
    });
    expect(putMethod(tender, { id: "n" })).toEqual({ title: "示范", description: "内容", deadline: tender.deadline, committee: tender.committee, method: { id: "n" } });
  });

  test("what cannot be read is not stored, and judged as far as it can be", () => {
    const form = { ...formOf(tender), deadline: "", region: "51", validity: "0", notice: "2026-11-30T09:00" };
    form.lots = [...form.lots, { lot: "1", title: "", estimate: "一百", ceiling: "1", security: "" }, { lot: "x", title: "x", estimate: "1", ceiling: "1", security: "-" }];
    const sketch = sketchOf(form, tender);

    expect(putOf(form, tender)).toBeNull();
    expect(faultsOf(form).map((one) => one.where)).toEqual(["region", "deadline", "validity", "twice", "lot", "estimate", "lot", "security"]);
    expect(sketch.planned).toEqual({ notice: "2026-11-30T01:00:00.000Z" });
    expect(sketch.region).toBe("510100");
    expect(sketch.lots?.map((one) => one.estimate_fen)).toEqual([100_00, 0]);
    expect(Object.keys(zh.drafting.faults)).toEqual(expect.arrayContaining(faultsOf(form).map((one) => one.where)));
  });

  test("a new lot has a number of its own", () => {
    expect(freeLot(formOf(tender).lots)).toBe("2");
    expect(freeLot([])).toBe("1");
  });

  test("is kept in the browser, and a full or odd storage is told", () => {
    const storage = kept();
    expect(keepForm(storage, "t", { version: 3, form: { a: 1 } })).toBe(true);
    expect(keptForm(storage, "t")).toEqual({ version: 3, form: { a: 1 } });
    keepForm(storage, "t", null);
    expect(keptForm(storage, "t")).toBeNull();
    storage.setItem("kaibiao.draft.t", '{"version":"3"}');
    expect(keptForm(storage, "t")).toBeNull();
    storage.setItem("kaibiao.draft.t", "{");
    expect(keptForm(storage, "t")).toBeNull();
    const full = { ...storage, setItem: () => { throw new DOMException("full", "QuotaExceededError"); } } as unknown as Storage;
    expect(keepForm(full, "t", { version: 1, form: {} })).toBe(false);
  });
});

describe("a method as a form", () => {
  const method = example("reference-price", "method");
  const bids = example("reference-price", "bids");

  test("members are read and written at their places, and others stay", () => {
    const changed = put(method, "price.benchmark.decimals", 4);

    expect(at(changed, "price.benchmark.decimals")).toBe(4);
    expect(at(method, "price.benchmark.decimals")).toBe(2);
    expect(at(changed, "price.curve")).toEqual(at(method, "price.curve"));
    expect("decimals" in (at(put(method, "price.benchmark.decimals", undefined), "price.benchmark") as Json)).toBe(false);
    expect(at(put({}, "a.b", 1), "a.b")).toBe(1);
    expect(at(method, "title.x.y")).toBeUndefined();
  });

  test("every term of every family is found and has a name, or is a member of its own", () => {
    const names = new Set(termsOf(method).map((one) => one.name));

    expect(names).toEqual(new Set(["price_fen", "points_above", "points_below", "deduction_below_max", "stepping"]));
    expect([...names].filter((one) => !(one in zh.method.terms))).toEqual([]);
    const weighted = example("mean-and-ceiling", "method");
    expect(termsOf(weighted).map((one) => one.path)).toContain("price.benchmark.terms.1.of.float_percent");
    expect(at(put(weighted, "price.benchmark.terms.1.share", "0.5"), "price.benchmark.terms.1.share")).toBe("0.5");
    expect(at(put(weighted, "price.benchmark.terms.1.share", "0.5"), "price.benchmark.terms.0.share")).toBe("0.6");
    expect(ROUNDINGS.every((path) => path.replaceAll(".", "_") in zh.method.steps)).toBe(true);
  });

  test("counts stay numbers and decimals texts; what is neither is left to the platform to refuse", () => {
    expect([member("4", 2), member("0.5", "1"), member("x", 2), member(" 3 ", "")]).toEqual([4, "0.5", "x", "3"]);
  });

  test("pasted criteria keep the ids of titles that were there; bids are fitted to them", () => {
    const cells = [
      { title: "技术部分", section: "technical", kind: "subjective", max_points: "90", decimals: 1 },
      { title: "业绩", section: "business", kind: "objective", max_points: "10", decimals: 0 },
    ] as const;
    const changed = withCriteria(method, cells);

    expect(criteriaOf(changed).map((one) => [one.id, one.max_points, one.weight])).toEqual([
      ["technical", "90", "0.4"],
      ["c1", "10", undefined],
    ]);
    expect(bidsOf(fitted(bids, changed))[0]?.points).toEqual({ technical: "98.70", c1: "10" });
    expect(bidsOf(fitted(bids, { ...method, criteria: [] }))[0]).not.toHaveProperty("points");
    const pasted = withBids(bids, [{ id: "甲", price_fen: 5, points: ["1", "2"] }], criteriaOf(changed));
    expect(bidsOf(pasted)).toEqual([{ id: "甲", price_fen: 5, points: { technical: "1", c1: "2" } }]);
  });

  test("a file comes back as it went out, and other files are none", () => {
    expect(readMethod(methodText(method))).toEqual(method);
    expect(["", "null", "[]", "{}", '{"format":"kaibiao/bids/v1"}'].map(readMethod)).toEqual([null, null, null, null, null]);
  });
});
