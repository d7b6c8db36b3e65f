/** Reading a tender's public record over HTTP, page by page to its end. */
import { call } from "@/api/client";
import type { JournalEntry } from "@/api/tenders";

const PAGE = 200;
const PAGES_MAX = 200;

/** Every public entry after `seq`, in order. Throws Problem. */
export async function publicRecord(tenderId: string, seq = 0): Promise<JournalEntry[]> {
  const all: JournalEntry[] = [];
  let after = seq;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { entries } = await call("GET /tenders/{tender_id}/journal/{stream}", {
      path: { tender_id: tenderId, stream: "public" },
      query: { after, limit: PAGE },
    });
    all.push(...entries);
    const last = entries.at(-1);
    if (!last || entries.length < PAGE) break;
    after = last.seq;
  }
  return all;
}

/** Two parts of one record as one, each entry once, in order. */
export function merged(
  known: readonly JournalEntry[],
  more: readonly JournalEntry[],
): JournalEntry[] {
  const bySeq = new Map([...known, ...more].map((entry) => [entry.seq, entry]));
  return [...bySeq.values()].sort((one, other) => one.seq - other.seq);
}
