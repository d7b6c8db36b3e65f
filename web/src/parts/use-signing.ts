/** Signing on a page: the key is read from its owner's file, used once, and forgotten. */
import { computed, ref } from "vue";

import type { SignedStatement, Signer } from "@/crypto/signing";
import { signedWith, signerOf } from "@/rooms/hall/signed-with";

export function useSigning() {
  const files = ref<Uint8Array[]>([]);
  const passphrase = ref("");
  const ready = computed(() => files.value.length > 0);
  const signer = (): Promise<Signer> => signerOf(files.value, passphrase.value);
  const sign = (label: string, statement: Record<string, unknown>): Promise<SignedStatement> =>
    signedWith(files.value, passphrase.value, label, statement);
  return { files, passphrase, ready, signer, sign };
}

export type Signing = ReturnType<typeof useSigning>;
