/** One's own signature on a document of the platform: prepared there, checked and signed here. */
import { call, download } from "@/api/client";
import { fromBase64, type Signer, toBase64 } from "@/crypto/signing";
import type { IssuedAnswer } from "@/generated/api";

/** Sign a document in its turn. Throws Problem. */
export async function signIssued(
  tenderId: string,
  document: Pick<IssuedAnswer, "kind" | "lot">,
  signer: Signer,
): Promise<void> {
  const { checkPrepared, signAttributes } = await import("@/crypto/pdf-signing");
  const path = { tender_id: tenderId, kind: document.kind };
  const query = document.lot ? { lot: document.lot } : {};
  const { id, attributes } = await call("POST /tenders/{tender_id}/issued/{kind}/signature-preparations", {
    path,
    query,
    body: { certificate: toBase64(signer.certificate), chain: signer.chain.map(toBase64) },
  });
  const [issued, prepared] = await Promise.all([
    download("GET /tenders/{tender_id}/issued/{kind}.pdf", { path, query }),
    download("GET /tenders/{tender_id}/issued/{kind}/signature-preparations/{preparation_id}.pdf", {
      path: { ...path, preparation_id: id },
      query,
    }),
  ]);
  const said = fromBase64(attributes);
  checkPrepared(await bytesOf(issued), await bytesOf(prepared), said);
  await call("POST /tenders/{tender_id}/issued/{kind}/signatures", {
    path,
    query,
    body: { preparation: id, signature: toBase64(signAttributes(signer.secret, said)) },
  });
}

async function bytesOf(file: Blob): Promise<Uint8Array> {
  return new Uint8Array(await file.arrayBuffer());
}
