/** A statement signed with a key that was chosen on this computer; the key is read, used, forgotten. */
import { call } from "@/api/client";
import type { SignedStatement, Signer } from "@/crypto/signing";

/** The key among the files, with a certificate of its own that stands. Throws KeyRefused, Problem. */
export async function signerOf(files: readonly Uint8Array[], passphrase: string): Promise<Signer> {
  const { readSigner } = await import("@/crypto/signing");
  const known = await call("GET /certificates", {});
  const valid = known.items.filter((one) => !one.revoked_at).map((one) => one.certificate);
  return await readSigner(files, passphrase, valid);
}

/** The statement under the signature of that key. Throws KeyRefused, Problem. */
export async function signedWith(
  files: readonly Uint8Array[],
  passphrase: string,
  label: string,
  statement: Record<string, unknown>,
): Promise<SignedStatement> {
  const { signStatement } = await import("@/crypto/signing");
  return signStatement(await signerOf(files, passphrase), label, statement);
}
