/** Files among the tender documents of a draft: up in parts, then named. */
import { call, send } from "@/api/client";
import { hex } from "@/crypto/sealed-header";
import { PART_BYTES } from "@/sealing/container";
import { partRoot } from "@/sealing/staging";

/** Put a file among the documents; one of the same name is replaced. Throws Problem. */
export async function putDocument(tenderId: string, file: File, sent: (bytes: number) => void = () => undefined): Promise<void> {
  const { id: upload_id } = await call("POST /uploads", { body: { size_bytes: file.size } });
  for (let part = 0; part * PART_BYTES < file.size; part += 1) {
    const piece = file.slice(part * PART_BYTES, (part + 1) * PART_BYTES);
    const root = hex(await partRoot(piece));
    await send("PUT /uploads/{upload_id}/parts/{part}", { path: { upload_id, part }, query: { root } }, piece);
    sent(Math.min(file.size, (part + 1) * PART_BYTES));
  }
  const media_type = file.type || "application/octet-stream";
  await call("PUT /tenders/{tender_id}/documents/{name}", { path: { tender_id: tenderId, name: file.name }, body: { upload: upload_id, media_type } });
}
