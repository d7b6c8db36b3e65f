/** Money, times, credit codes and points, as people read and type them. */
import { describe, expect, test } from "vitest";

import { address } from "@/api/client";
import { capitals, grouped, tenThousandYuan, yuan } from "@/domain/money";
import { regionName } from "@/domain/regions";
import { left, minute, second, untilMinute } from "@/domain/times";
import { checkCharacter, normalized, usccFault } from "@/domain/uscc";
import { pointsFault, sumOf, tidied } from "@/rooms/points";

describe("money", () => {
  test.each([
    [0, "0.00"],
    [5, "0.05"],
    [123_456_789, "1,234,567.89"],
    [9_007_199_254_740_991, "90,071,992,547,409.91"],
    [-150, "-1.50"],
  ])("%d fen are %s yuan", (fen, text) => expect(yuan(fen)).toBe(text));

  test.each([
    [4_860_000_000, "4,860"],
    [1_234_500_00, "123.45"],
    [1, "0.000001"],
  ])("%d fen are %s times ten thousand yuan", (fen, text) =>
    expect(tenThousandYuan(fen)).toBe(text),
  );

  test("decimal texts get their thousands apart", () => {
    expect(grouped("1020000.00")).toBe("1,020,000.00");
    expect(grouped("999")).toBe("999");
  });

  test.each([
    [0, "零元整"],
    [1_000, "壹拾元整"],
    [4_860_000_000, "肆仟捌佰陆拾万元整"],
    [1_680_32, "壹仟陆佰捌拾元叁角贰分"],
    [107_000_53, "壹拾万柒仟元伍角叁分"],
    [10_001_00, "壹万零壹元整"],
    [100_000_000_00, "壹亿元整"],
    [100_001_000_00, "壹亿零壹仟元整"],
    [325_04, "叁佰贰拾伍元零肆分"],
  ])("%d fen in capitals", (fen, text) => expect(capitals(fen)).toBe(text));
});

describe("times", () => {
  test("are those of Beijing, wherever the browser is", () => {
    expect(second("2026-11-22T16:00:05Z")).toBe("2026-11-23 00:00:05");
    expect(minute("2026-11-23T02:00:00Z")).toBe("2026-11-23 10:00");
  });

  test("a period that ends with a day names that day", () => {
    expect(untilMinute("2026-12-01T16:00:00Z")).toBe("2026-12-01 24:00");
    expect(untilMinute("2026-12-01T16:30:00Z")).toBe("2026-12-02 00:30");
  });

  test("what is left never shows zero before the end", () => {
    expect(left(1_000, 999)).toMatchObject({ seconds: 1, over: false });
    expect(left(1_000, 1_000)).toMatchObject({ seconds: 0, over: true });
    expect(left(90_061_000, 0)).toEqual({ days: 1, hours: 1, minutes: 1, seconds: 1, over: false });
  });
});

describe("credit codes", () => {
  test("a right one is right, however it is typed", () => {
    expect(usccFault(normalized("9111 0000 0000 0099 9n"))).toBeNull();
  });

  test.each([
    ["91110000000000999X", "check"],
    ["9111000000000099", "length"],
    ["9111000000000099IO", "character"],
  ])("%s has the fault %s", (code, fault) => expect(usccFault(code)).toBe(fault));

  test("the check character follows GB 32100-2015", () => {
    expect(checkCharacter("91350100M000100Y4")).toBe("3");
  });
});

describe("points", () => {
  test("what people type is put right", () => {
    expect(tidied(" ８．５ ")).toBe("8.5");
    expect(tidied("012.")).toBe("12");
    expect(tidied("。5")).toBe("0.5");
  });

  test.each([
    ["8.5", null],
    ["15", null],
    ["15.1", "above"],
    ["8.55", "decimals"],
    ["-1", "shape"],
    ["acht", "shape"],
  ])("%s of 15 with one decimal", (points, fault) =>
    expect(pointsFault(points, "15", 1)).toBe(fault),
  );

  test("sums are exact", () => {
    expect(sumOf(["0.1", "0.2", "8.25"])).toBe("8.55");
    expect(sumOf([])).toBe("0");
  });
});

test("regions are named by their province", () => {
  expect(regionName("510100", "zh")).toBe("四川省 510100");
  expect(regionName("000000", "en")).toBe("000000");
});

test("addresses escape what stands in them and leave out what is not asked", () => {
  const asked = { path: { tender_id: "a/b", name: "招标 文件.pdf" }, query: { q: "", limit: 5 } };

  expect(address("/tenders/{tender_id}/documents/{name}", asked)).toBe(
    "/tenders/a%2Fb/documents/%E6%8B%9B%E6%A0%87%20%E6%96%87%E4%BB%B6.pdf?limit=5",
  );
});
