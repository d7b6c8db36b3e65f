/** Verifying beside the page, so that it stays quick. One archive for each worker. */
import { readKeys } from "@/archive/case";
import type { Step } from "@/archive/report";
import { type Given, type Subject, verifyArchive } from "@/archive/verify";

export interface Order {
  given: Given;
  /** The text of a file with keys obtained beforehand, or empty. */
  trust: string;
}

export type Told =
  | { at: "moved"; bytes: number; total: number }
  | { at: "step"; step: Step }
  | { at: "done"; subject: Subject | null }
  | { at: "refused"; code: "published-keys-invalid" };

const tell = (told: Told): void => postMessage(told);

addEventListener("message", ({ data }: MessageEvent<Order>) => void work(data));

async function work({ given, trust }: Order): Promise<void> {
  let keys = null;
  try {
    keys = trust === "" ? null : readKeys(JSON.parse(trust));
  } catch {
    return tell({ at: "refused", code: "published-keys-invalid" });
  }
  const subject = await verifyArchive(given, keys, {
    moved: (bytes, total) => tell({ at: "moved", bytes, total }),
    step: (step) => tell({ at: "step", step }),
  });
  tell({ at: "done", subject });
}
