/** What bids have in common, as the committee reads it. */
import { expect, test } from "vitest";

import { likenessLines } from "@/domain/likeness";

const words = { zh: "作者相同：某人", en: "the same author: somebody" };
const report = {
  notice: { zh: "线索", en: "leads" },
  pairs: [
    {
      bids: ["2", "1"],
      letters: 65,
      percent: "12.50",
      passages_found: 1,
      passages: [
        {
          letters: 65,
          places: [
            { document: "方案.txt", page: 3 },
            { document: "说明.pdf", page: 7 },
          ],
          texts: ["分段流水施工", "分段流水施工"],
        },
      ],
    },
  ],
  marks: [{ bids: ["1", "3"], words, places: [{ bid: "1", where: "a.docx" }] }],
  prices: [],
};

test("a passage names both bids, files and pages; marks speak the reader's language", () => {
  const [pair, mark] = likenessLines(report, "en");

  expect(pair?.values).toEqual({ bids: "2 / 1", letters: 65, percent: "12.50", found: 1 });
  expect(pair?.proof).toEqual(["2 方案.txt p.3 / 1 说明.pdf p.7: 分段流水施工"]);
  expect(mark?.values).toEqual({ bids: "1 / 3", words: words.en });
  expect(mark?.proof).toEqual(["1 a.docx"]);
});
