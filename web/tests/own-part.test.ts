import { expect, test } from "vitest";

import { ownPartOf } from "@/domain/own-part";
import type { LotOpening } from "@/generated/api";

const LOT: LotOpening = {
  lot: "1",
  phase: "unlock",
  opened_at: "2026-11-23T01:00:00Z",
  unlock_until: "2026-11-23T01:30:00Z",
  session: 1,
  kinds: ["qualification"],
  bids: [
    {
      bidder_id: "b",
      bidder_name: "示范单位",
      uscc: "91510100MB0000001X",
      place: 1,
      key_lost: false,
      unlocked_by: null,
      form: null,
      confirmed: false,
    },
  ],
};

test("a bidder of a first round unlocks, confirms, and sees its verdict, of nobody else anything", () => {
  const own = LOT.bids[0]!;
  expect(ownPartOf(LOT)).toMatchObject({
    phase: "unlock",
    opened: { revealed: false, bids: [{ bidderId: "b", verdict: "waiting" }] },
  });
  const unlocked = { ...own, unlocked_by: "bidder", verdicts: [{ kind: "qualification", rederives: true, plaintext_digest: "" }] };
  expect(ownPartOf({ ...LOT, phase: "revealed", bids: [unlocked] })).toMatchObject({
    phase: "confirm",
    opened: { revealed: true, record: null, bids: [{ verdict: "unlocked" }] },
  });
  const altered = { ...unlocked, verdicts: [{ kind: "qualification", rederives: false, plaintext_digest: "" }] };
  expect(ownPartOf({ ...LOT, phase: "recorded", bids: [altered] })).toMatchObject({
    phase: "record",
    opened: { record: "signed", bids: [{ verdict: "invalid" }] },
  });
});
