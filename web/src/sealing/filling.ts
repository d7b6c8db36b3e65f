/** What a bidder fills in for an envelope, and what is wrong with it so far. */
import { fenOf } from "@/domain/money";
import { FILE_BYTES_MAX, FILES_MAX } from "@/sealing/bundle";
import type { SealRequest } from "@/sealing/staging";

export interface Filled {
  price: string;
  days: string;
  quality: string;
  manager: string;
  claims: Record<string, string>;
  files: File[];
}

/** A price so far below the ceiling is more often 万元 typed as 元 than meant. */
const SLIP = 1000;
const POINTS = /^\d+(\.\d+)?$/;

export function empty(): Filled {
  return { price: "", days: "", quality: "", manager: "", claims: {}, files: [] };
}

/** What is missing or odd; what begins with `ask-` is odd and may be meant. */
export function faultsOf(kind: string, filled: Filled, request: SealRequest): string[] {
  const faults: string[] = [];
  if (kind === "price") {
    const price = fenOf(filled.price);
    if (price === null) faults.push("price-missing");
    else if (request.ceilingFen > 0 && price > request.ceilingFen) faults.push("ask-above-ceiling");
    else if (request.ceilingFen > 0 && price * SLIP < request.ceilingFen) faults.push("ask-unit");
    if (!/^[1-9]\d*$/.test(filled.days)) faults.push("days-missing");
    if (!filled.quality.trim()) faults.push("quality-missing");
    if (!filled.manager.trim()) faults.push("manager-missing");
  }
  if (kind === "qualification" && request.objective.some(({ id }) => !POINTS.test(filled.claims[id] ?? ""))) {
    faults.push("claims-missing");
  }
  if (filled.files.length === 0) faults.push("files-missing");
  if (filled.files.length > FILES_MAX) faults.push("too-many-files");
  if (filled.files.some((file) => file.size > FILE_BYTES_MAX)) faults.push("file-too-large");
  if (filled.files.some((file) => file.size === 0)) faults.push("ask-empty-file");
  const names = filled.files.map((file) => file.name);
  if (new Set(names).size < names.length) faults.push("ask-same-name");
  return faults;
}

/** Is all there that has to be? */
export function isComplete(kind: string, filled: Filled, request: SealRequest): boolean {
  return faultsOf(kind, filled, request).every((fault) => fault.startsWith("ask-"));
}

/** The form that is sealed: docs/specs/bundle-v1.md §3. */
export function formOf(kind: string, filled: Filled, request: SealRequest): Record<string, unknown> {
  if (kind === "qualification") {
    return { objective: Object.fromEntries(request.objective.map(({ id }) => [id, filled.claims[id] ?? ""])) };
  }
  if (kind !== "price") return {};
  return {
    price_fen: fenOf(filled.price),
    duration_days: Number(filled.days),
    quality: filled.quality.trim(),
    project_manager: filled.manager.trim(),
  };
}
