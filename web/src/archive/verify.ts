/**
 * An archive checked in the browser: the steps of `kaibiao verify` that a page computes itself.
 *
 * What the page does not compute again is listed as not checked; it is never said to hold. The
 * archive comes from somebody else: whatever is in it, the answer is a report.
 */
import { bagOf, checkBag, digestsOf, type Bag, type Moved } from "@/archive/bag";
import { checkContainers, checkCustody, checkLog, checkReceipts } from "@/archive/bids";
import { type ArchiveKeys, type Case, loadCase } from "@/archive/case";
import { checkChains, checkHeads, checkTimes } from "@/archive/journals";
import { BadArchive, Notes, type Step } from "@/archive/report";
import { checkAward, checkDocuments, checkIssued, checkScores } from "@/archive/results";
import { checkKeys, checkNote, checkStatements } from "@/archive/signatures";
import { checkFraming, openZip } from "@/archive/zip";

/** A ZIP file, or the files of a folder with their paths. */
export type Given = { file: Blob } | { files: { path: string; file: Blob }[] };

export interface Course {
  /** Bytes read for the digests so far, of how many. */
  moved(bytes: number, total: number): void;
  step(step: Step): void;
}

export interface Subject {
  number: string;
  title: string;
  edition: "full" | "public";
  demonstration: boolean;
}

const STEPS: [string, (case_: Case, notes: Notes) => void | Promise<void>][] = [
  ["keys", checkKeys],
  ["note", checkNote],
  ["chains", checkChains],
  ["heads", checkHeads],
  ["times", checkTimes],
  ["documents", checkDocuments],
  ["custody", checkCustody],
  ["containers", checkContainers],
  ["receipts", checkReceipts],
  ["log", checkLog],
  ["statements", checkStatements],
  ["scores", checkScores],
  ["award", checkAward],
  ["issued", checkIssued],
];

/** Check an archive; steps are told as they come. What it is of, when it could be read at all. */
export async function verifyArchive(given: Given, trust: ArchiveKeys | null, course: Course): Promise<Subject | null> {
  const attempt = async (name: string, work: (notes: Notes) => unknown): Promise<Step> => {
    const notes = new Notes();
    try {
      await work(notes);
    } catch (thrown) {
      if (thrown instanceof BadArchive) notes.fails(thrown.where, thrown.why, thrown.values);
      else notes.fails("", "malformed", { detail: String(thrown).slice(0, 200) });
    }
    const step = notes.asStep(name);
    course.step(step);
    return step;
  };
  const total = "file" in given ? given.file.size : given.files.reduce((sum, one) => sum + one.file.size, 0);
  let done = 0;
  const moved: Moved = (bytes) => course.moved((done += bytes), total);
  const held: { bag?: Bag; digests?: ReadonlyMap<string, string>; case_?: Case } = {};
  await attempt("framing", async (notes) => {
    if ("file" in given) {
      const zip = await openZip(given.file);
      held.digests = await checkFraming(zip, moved);
      held.bag = zip;
    } else {
      const bag = bagOf(given.files);
      held.digests = await digestsOf(bag, moved);
      held.bag = bag;
      notes.cannot("", "unpacked");
    }
    notes.says("files", { count: held.bag.files.size });
  });
  const { bag, digests } = held;
  if (!bag || !digests) return null;
  await attempt("digests", () => checkBag(bag, digests));
  await attempt("contents", async (notes) => {
    held.case_ = await loadCase(bag, digests, trust);
    const { tender } = held.case_;
    notes.require(bag.folder === `kaibiao-${tender.tender_id}`, bag.folder, "otherFolder");
  });
  const { case_ } = held;
  if (!case_) return null;
  for (const [name, check] of STEPS) await attempt(name, (notes) => check(case_, notes));
  const { number, title, edition, demonstration } = case_.tender;
  return { number, title, edition, demonstration };
}
