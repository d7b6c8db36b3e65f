/** An archive as it was read: what it is of, its journals, and the keys it is checked against. */
import { type Bag, jsonOf, textOf } from "@/archive/bag";
import { BadArchive } from "@/archive/report";
import { type Certificate, readCertificate } from "@/crypto/certificates";
import type { PublishedKeys } from "@/crypto/receipts";
import { fromBase64 } from "@/crypto/signing";

export const TENDER = "data/tender.json";
export const KEYS = "data/keys.json";
export const STREAMS = ["public", "custody", "committee"] as const;
const FORMAT = "kaibiao/archive/v1";

export type Stream = (typeof STREAMS)[number];

export interface Entry {
  stream: Stream;
  seq: number;
  kind: string;
  body: Record<string, unknown>;
  at: string;
  head: string;
  /** As it stands in the file. */
  line: string;
}

export interface TenderFile {
  format: string;
  edition: "full" | "public";
  tender_id: string;
  number: string;
  title: string;
  made_at: string;
  demonstration: boolean;
  heads: Record<Stream, { seq: number; head: string }>;
  parties: { id: string; uscc: string; name: string; role: string }[];
}

type Published = PublishedKeys & {
  operator_roots: string[];
  certifiers: { root: string }[];
  authorities: { root: string }[];
};

export interface ArchiveKeys {
  published: Published;
  /** Base64. */
  roots: string[];
}

export interface Case {
  bag: Bag;
  /** SHA-256, hex, by path. */
  digests: ReadonlyMap<string, string>;
  tender: TenderFile;
  streams: Map<Stream, Entry[]>;
  keys: ArchiveKeys;
  ownKeys: ArchiveKeys;
  trustedBeforehand: boolean;
  authorities: Certificate[];
}

export interface Closing {
  deadline: string;
  custody: { seq: number; head: string };
  failed_lots?: string[];
  lots: { lot: string; bids: ClosedBid[] }[];
}

export interface ClosedBid {
  bidder_id: string;
  bidder_name: string;
  uscc: string;
  counter: number;
  manifest_digest: string;
  container_digests: Record<string, string>;
  received_at: string;
}

/** Keys out of `keys.json`, or of the page of published keys. Throws BadArchive. */
export function readKeys(value: unknown): ArchiveKeys {
  const { published_keys, roots } = value as { published_keys?: Published; roots?: { certificate: string }[] };
  const published = published_keys ?? (value as Published);
  const lists = [published.receipt_keys, published.log_keys, published.witnesses, published.operator_roots];
  if (![...lists, published.certifiers, published.authorities].every(Array.isArray)) throw new BadArchive(KEYS, "badKeys");
  const listed = published_keys
    ? (roots ?? []).map((one) => one.certificate)
    : [...published.operator_roots, ...published.certifiers.map((one) => one.root)];
  return { published, roots: listed };
}

/** Read what every step needs. Throws BadArchive. */
export async function loadCase(bag: Bag, digests: ReadonlyMap<string, string>, trust: ArchiveKeys | null): Promise<Case> {
  const tender = await jsonOf<TenderFile>(bag, TENDER);
  const described = tender.format === FORMAT && STREAMS.every((stream) => tender.heads[stream]);
  if (!described || !Array.isArray(tender.parties)) throw new BadArchive(TENDER, "otherFormat");
  const ownKeys = readKeys(await jsonOf(bag, KEYS));
  const keys = trust ?? ownKeys;
  const streams = new Map<Stream, Entry[]>();
  for (const stream of tender.edition === "full" ? STREAMS : (["public"] as const)) {
    streams.set(stream, await entriesOf(bag, stream));
  }
  return {
    bag,
    digests,
    tender,
    streams,
    keys,
    ownKeys,
    trustedBeforehand: trust !== null,
    authorities: keys.roots.map((root) => readCertificate(fromBase64(root))),
  };
}

export function journalPath(stream: Stream): string {
  return `data/journal/${stream}.jsonl`;
}

/** How an entry is named: file, number, kind. */
export function placeOf({ stream, seq, kind }: Entry): string {
  return `${journalPath(stream)} ${seq} (${kind})`;
}

/** All entries of a kind in a stream. */
export function entriesOfKind(case_: Case, stream: Stream, ...kinds: string[]): Entry[] {
  return (case_.streams.get(stream) ?? []).filter((entry) => kinds.includes(entry.kind));
}

/** The end of submission, or the failure of a tender with too few bids. */
export function closingOf(case_: Case): { entry: Entry; body: Closing } | null {
  const found = entriesOfKind(case_, "public", "submission.closed", "tender.failed").find((entry) => "custody" in entry.body);
  return found ? { entry: found, body: found.body as unknown as Closing } : null;
}

/** The bids that stood at the deadline, with their lots, as the platform published them. */
export function standingBids(case_: Case): (ClosedBid & { lot: string })[] {
  return (closingOf(case_)?.body.lots ?? []).flatMap(({ lot, bids }) => bids.map((bid) => ({ ...bid, lot })));
}

export function usccOf(case_: Case, organizationId: string): string {
  return case_.tender.parties.find((one) => one.id === organizationId)?.uscc ?? "";
}

async function entriesOf(bag: Bag, stream: Stream): Promise<Entry[]> {
  const path = journalPath(stream);
  const lines = (await textOf(bag, path)).split("\n");
  if (lines.pop() !== "") throw new BadArchive(path, "cutShort");
  return lines.map((line, index) => {
    try {
      const { seq, kind, body, at, head } = JSON.parse(line) as Entry;
      return { stream, seq, kind, body, at, head, line };
    } catch {
      throw new BadArchive(`${path} ${index + 1}`, "notJson");
    }
  });
}
