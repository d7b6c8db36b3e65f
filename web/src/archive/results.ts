/** Documents, points and results, as far as a page computes them again. */
import { fileOf, jsonOf, treeDigest } from "@/archive/bag";
import { type Case, entriesOfKind, placeOf, STREAMS } from "@/archive/case";
import type { Notes } from "@/archive/report";
import { labelled } from "@/archive/signatures";
import { sumOf } from "@/rooms/points";

const OUTCOME_LABEL = "kaibiao/evaluation-outcome/v1";
const SUFFIX = /\.[a-z0-9]{1,8}$/;
const ISSUED = "data/issued/";
const SECTIONS = ["technical", "business", "price"] as const;

interface Document {
  name: string;
  digest: string;
  size_bytes: number;
}

interface Paper {
  kind: string;
  lot: string;
  digest: string;
  edition?: number;
}

interface Row {
  bid: string;
  bidder_id?: string;
  rank: number;
  total: string;
  technical?: string;
  business?: string;
  price?: string;
}

/** The files of the notice and its amendments are those named by their digests. */
export async function checkDocuments(case_: Case, notes: Notes): Promise<void> {
  const [published] = entriesOfKind(case_, "public", "tender.published");
  if (!published) return notes.fails("", "neverPublished");
  const named = [{ version: 1, files: published.body.documents as Document[] }];
  for (const { body } of entriesOfKind(case_, "public", "clarification.published")) {
    const amended = body.documents as { version: number; files: (Document & { since: number })[] } | null | undefined;
    if (amended) named.push({ ...amended, files: amended.files.filter((one) => one.since === amended.version) });
  }
  for (const { version, files } of named) {
    const folder = version === 1 ? "data/documents" : `data/documents/v${version}`;
    for (const [index, { name, digest, size_bytes }] of files.entries()) {
      const number = String(index + 1).padStart(3, "0");
      const path = `${folder}/${number}${SUFFIX.exec(name.toLowerCase())?.[0] ?? ".bin"}`;
      const blob = fileOf(case_.bag, path);
      notes.require(blob.size === size_bytes && (await treeDigest(blob)) === digest, path, "otherDocument");
    }
  }
  notes.says("documents", { count: named.reduce((sum, one) => sum + one.files.length, 0) });
}

/** Each issued PDF is the one that the journals speak of last. Its signatures are the tool's. */
export function checkIssued(case_: Case, notes: Notes): void {
  const last = new Map<string, Paper>();
  for (const stream of STREAMS) {
    for (const entry of entriesOfKind(case_, stream, "document.issued", "document.signed", "document.completed")) {
      const { kind, lot, digest, edition = 1 } = entry.body as unknown as Paper;
      const name = [kind, lot].filter(Boolean).join("-");
      last.set(`${ISSUED}${edition === 1 ? name : `${name}_${edition}`}.pdf`, { kind, lot, digest });
    }
  }
  for (const [path, { digest }] of last) notes.require(case_.digests.get(path) === digest, path, "otherPaper");
  for (const path of case_.bag.files.keys()) {
    if (path.startsWith(ISSUED)) notes.require(last.has(path), path, "unknownPaper");
  }
  notes.says("papers", { count: last.size });
}

/** The outcome that was reported, and sums of points; how points came about is the tool's. */
export async function checkScores(case_: Case, notes: Notes): Promise<void> {
  if (!case_.streams.has("committee")) return notes.skips("committeeNotHere");
  const reports = new Map(
    entriesOfKind(case_, "public", "evaluation.reported").map((entry) => [String(entry.body.lot), entry]),
  );
  if (reports.size === 0) return notes.says("noEvaluation");
  for (const [lot, entry] of reports) {
    const path = `data/evaluation/${lot}.json`;
    const outcome = await jsonOf<{ result?: { ranking?: Row[] } | null }>(case_.bag, path);
    notes.require(labelled(OUTCOME_LABEL, outcome) === entry.body.outcome_digest, path, "otherOutcome");
  }
  let count = 0;
  for (const entry of entriesOfKind(case_, "committee", "totals.computed")) {
    const { ranking = [] } = (entry.body.result ?? {}) as { ranking?: Row[] };
    for (const row of ranking) {
      const parts = SECTIONS.flatMap((section) => row[section] ?? []);
      if (parts.length !== SECTIONS.length) continue;
      count += 1;
      notes.require(sumOf(parts) === sumOf([row.total]), placeOf(entry), "otherTotal", { bid: row.bid });
    }
    const ordered = ranking.every((row, index) => index === 0 || row.rank >= (ranking[index - 1]?.rank ?? 0));
    notes.require(ordered, placeOf(entry), "outOfOrder");
  }
  notes.says("totals", { count });
}

/** Candidates are the first of the ranking that was reported, the winner is one of them. */
export function checkAward(case_: Case, notes: Notes): void {
  const ranked = new Map<string, Row[]>();
  const shown = new Map<string, Row[]>();
  for (const entry of case_.streams.get("public") ?? []) {
    const lot = String(entry.body.lot);
    if (entry.kind === "evaluation.reported") ranked.set(lot, entry.body.ranking as Row[]);
    if (entry.kind === "candidates.published") {
      const candidates = entry.body.candidates as Row[];
      const ranking = ranked.get(lot) ?? [];
      const first = candidates.every((one, index) => {
        const row = ranking[index];
        return row?.bidder_id === one.bidder_id && row?.rank === one.rank && row.total === one.total;
      });
      notes.require(candidates.length > 0 && first, placeOf(entry), "otherCandidates");
      shown.set(lot, candidates);
    }
    if (entry.kind === "award.notified") {
      const winner = entry.body.winner as Row;
      const among = shown.get(lot)?.some((one) => one.bidder_id === winner.bidder_id && one.total === winner.total);
      notes.require(among ?? false, placeOf(entry), "winnerFromNowhere");
    }
  }
}
