/** The phases of an evaluation room and who may lead on: the table of evaluation_rooms/phases.py. */

import type { About } from "@/generated/rooms";

export const PHASES = [
  "preparation",
  "chair",
  "preliminary",
  "clarification",
  "technical",
  "price",
  "totals",
  "checks",
  "report",
  "signing",
  "closed",
] as const;
export type Phase = (typeof PHASES)[number];

interface Step {
  to: Phase;
  by: "host" | "either";
}

export const STEPS: Record<Phase, readonly Step[]> = {
  preparation: [{ to: "chair", by: "host" }],
  chair: [{ to: "preliminary", by: "either" }],
  preliminary: [
    { to: "technical", by: "either" },
    { to: "report", by: "either" },
    { to: "clarification", by: "either" },
  ],
  clarification: [{ to: "preliminary", by: "either" }],
  technical: [
    { to: "price", by: "either" },
    { to: "preliminary", by: "host" },
    { to: "report", by: "either" },
  ],
  price: [
    { to: "totals", by: "either" },
    { to: "report", by: "either" },
  ],
  totals: [{ to: "checks", by: "either" }],
  checks: [
    { to: "totals", by: "either" },
    { to: "report", by: "either" },
  ],
  report: [{ to: "signing", by: "either" }],
  signing: [{ to: "closed", by: "host" }],
  closed: [],
};

/** Where the members may agree to go back: the table BACK of evaluation_rooms/phases.py. */
export const BACK: Partial<Record<Phase, Phase[]>> = {
  price: ["preliminary"],
  totals: ["preliminary", "price"],
  checks: ["preliminary", "price"],
  report: ["preliminary", "price", "checks"],
};

/** What may be moved in which phase: the table of evaluation_rooms/motions.py. */
export const ABOUT_IN: Partial<Record<Phase, About[]>> = {
  preliminary: ["enquiry", "rejection", "other"],
  clarification: ["enquiry"],
  price: ["low_price", "enquiry", "rejection", "other"],
  checks: ["other"],
};

export const HALL_PHASES = [
  "rehearsal",
  "sign_in",
  "waiting",
  "closing",
  "unlock",
  "reveal",
  "confirm",
  "objections",
  "draw",
  "record",
  "closed",
] as const;

/** Where the host leads the hall, back and forth, once prices are shown (evaluation_rooms/hall.py). */
export const LED_PHASES: readonly string[] = ["reveal", "confirm", "objections", "draw"];

/** Before the bidder list is published nobody but officials speaks. */
export const SILENT_PHASES: readonly string[] = ["rehearsal", "sign_in", "waiting", "closing"];
