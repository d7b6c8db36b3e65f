/** A statement signed on this page with a key out of files that were chosen on it. */
import { call } from "@/api/client";
import type { SignedStatement } from "@/crypto/signing";

/** Sign with the key in `files`; its certificate may be one that the platform knows. */
export async function signedWith(
  files: readonly Uint8Array[],
  passphrase: string,
  label: string,
  statement: Record<string, unknown>,
): Promise<SignedStatement> {
  const { readSigner, signStatement } = await import("@/crypto/signing");
  const known = await call("GET /certificates", {});
  const valid = known.items.filter((one) => !one.revoked_at).map((one) => one.certificate);
  return signStatement(await readSigner(files, passphrase, valid), label, statement);
}
