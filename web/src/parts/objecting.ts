/** Objections and the replies to them, said under a signature. */
import { call } from "@/api/client";
import type { PostObjection, PostReply } from "@/generated/api";
import type { Signing } from "@/parts/use-signing";

const OBJECTION_LABEL = "kaibiao/objection/v1";
const REPLY_LABEL = "kaibiao/objection-reply/v1";

/** Object. Throws KeyRefused, Problem. */
export async function raiseObjection(
  tenderId: string,
  about: { subject: PostObjection["subject"]; lot: string; text: string },
  signing: Signing,
): Promise<void> {
  const said = { kind: "objection", ...about } as const;
  const statement = await signing.sign(OBJECTION_LABEL, { tender_id: tenderId, ...said });
  await call("POST /tenders/{tender_id}/objections", { path: { tender_id: tenderId }, body: { ...said, statement } });
}

/** Reply to an objection. Throws KeyRefused, Problem. */
export async function answerObjection(
  tenderId: string,
  objectionId: string,
  said: Pick<PostReply, "outcome" | "text">,
  signing: Signing,
): Promise<void> {
  const about = { tender_id: tenderId, objection_id: objectionId };
  const statement = await signing.sign(REPLY_LABEL, { ...about, ...said });
  await call("POST /tenders/{tender_id}/objections/{objection_id}/reply", { path: about, body: { ...said, statement } });
}
