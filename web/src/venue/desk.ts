/** What the desk of a venue may enter, and how far a check has come. */
import type { StandingAnswer } from "@/generated/api";

export type Standing = StandingAnswer["standing"];

export const CODE = /^\d{10}$/;
export const SCORE_MAX = 1000;
export const IMAGE_KIB_MAX = 256;

export const STANDING_TONES: Readonly<Record<Standing, string>> = {
  unchecked: "",
  retry: "warn",
  approval: "warn",
  proved: "good",
  refused: "bad",
};

/** Why a file cannot be sent as an image; empty when it can. */
export function imageFault(file: { size: number }): "" | "empty" | "large" {
  if (file.size === 0) return "empty";
  return file.size > IMAGE_KIB_MAX * 1024 ? "large" : "";
}
