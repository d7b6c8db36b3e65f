/**
 * A contribution to a draw, sealed in the browser: docs/specs/draw-v1.md §3.
 *
 * Its file key is kept on this computer from before it is handed in until it is opened; if it is
 * lost meanwhile, the key holders open the contribution.
 */
import { sha256 } from "@noble/hashes/sha2.js";

import { hex } from "@/crypto/sealed-header";
import { sealBytes, type SealedFor } from "@/crypto/sealing";
import { fromBase64, toBase64 } from "@/crypto/signing";

export const CONTRIBUTION_LABEL = "kaibiao/draw-contribution/v1";
const PURPOSE = "experts";
const VALUE_BYTES = 32;

/** What is drawn out of what, and who contributes; `root` is the frozen pool's, hex. */
export interface ContributionOf extends Omit<SealedFor, "lot" | "envelope"> {
  root: string;
}

export interface Contribution {
  recipient: string;
  /** Base64, as it is handed in. */
  container: string;
  fileKey: string;
}

/** 32 fresh bytes, sealed for this draw and nothing else. Throws KeyRefused. */
export async function sealContribution(of: ContributionOf): Promise<Contribution> {
  const { root, ...rest } = of;
  const value = crypto.getRandomValues(new Uint8Array(VALUE_BYTES));
  const sealed = await sealBytes(value, { ...rest, lot: root, envelope: `draw/${PURPOSE}` });
  return {
    recipient: sealed.recipient,
    container: toBase64(sealed.container),
    fileKey: toBase64(sealed.fileKey),
  };
}

/** What the contributor signs. */
export function contributionStatement(of: ContributionOf, made: Contribution): Record<string, string> {
  return {
    tender_id: of.tender,
    purpose: PURPOSE,
    root: of.root,
    organization_id: of.bidder,
    recipient: made.recipient,
    container: hex(sha256(fromBase64(made.container))),
  };
}

/** What was sealed here for this draw, if anything was. */
export function keptContribution(of: ContributionOf, kept: Storage): Contribution | null {
  const text = kept.getItem(nameOf(of));
  return text === null ? null : (JSON.parse(text) as Contribution);
}

/** Write it down, before it is handed in. */
export function keepContribution(of: ContributionOf, made: Contribution, kept: Storage): void {
  kept.setItem(nameOf(of), JSON.stringify(made));
}

function nameOf(of: ContributionOf): string {
  return `kaibiao.contribution.${of.tender}.${of.root}.${of.bidder}`;
}
