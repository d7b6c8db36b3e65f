/** What may be objected to and complained about now, as far as a page can tell; late is registered all the same. */
import type { PostObjection, PostRuling, TenderView } from "@/generated/api";

export const REMEDIES: PostRuling["remedy"][] = [
  "rejected",
  "correct",
  "re_evaluate",
  "re_evaluate_anew",
  "re_tender",
  "award_void",
];

export interface OpenSubject {
  subject: PostObjection["subject"];
  /** The first instant that is too late; null while no end is in sight. */
  until: string | null;
}

/** What has happened and may be objected to. */
export function subjectsOpen(tender: Pick<TenderView, "status" | "timetable">): OpenSubject[] {
  if (tender.status === "draft") return [];
  const at = (name: string): string | null => {
    const value = tender.timetable[name];
    return typeof value === "string" ? value : null;
  };
  const found: OpenSubject[] = [{ subject: "tender_documents", until: at("objections_until") }];
  if (tender.status !== "published") found.push({ subject: "opening", until: null });
  if (at("publicity_from")) found.push({ subject: "evaluation_result", until: at("publicity_until") });
  return found;
}
