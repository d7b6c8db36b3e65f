/**
 * The primitives of the payload, from the browser where it has them, else from noble.
 *
 * ChaCha20-Poly1305 of WebCrypto works on threads of its own; pages without TLS have no WebCrypto.
 */
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { sha256 } from "@noble/hashes/sha2.js";

const NAME = "ChaCha20-Poly1305";
export const TAG_BYTES = 16;

type Bytes = Uint8Array<ArrayBuffer>;

/** One key's chunks. `open` throws when a chunk is not authentic. */
export interface ChunkCipher {
  seal(plain: Bytes, nonce: Bytes): Promise<Uint8Array>;
  open(sealed: Bytes, nonce: Bytes): Promise<Uint8Array>;
}

/** The quickest that is there. */
export async function cipherOf(key: Bytes): Promise<ChunkCipher> {
  const subtle = globalThis.crypto.subtle as SubtleCrypto | undefined;
  // "raw-secret" is the format of the draft; engines that came first took "raw".
  for (const format of ["raw-secret", "raw"]) {
    try {
      const held = await subtle?.importKey(format as "raw", key, NAME, false, ["encrypt", "decrypt"]);
      if (subtle && held) return native(subtle, held);
    } catch {
      continue;
    }
  }
  return inScript(key);
}

/** Without WebCrypto. */
export function inScript(key: Bytes): ChunkCipher {
  return {
    seal: async (plain, nonce) => chacha20poly1305(key, nonce).encrypt(plain),
    open: async (sealed, nonce) => chacha20poly1305(key, nonce).decrypt(sealed),
  };
}

function native(subtle: SubtleCrypto, key: CryptoKey): ChunkCipher {
  const with_ = (iv: Bytes) => ({ name: NAME, iv });
  return {
    seal: async (plain, nonce) => new Uint8Array(await subtle.encrypt(with_(nonce), key, plain)),
    open: async (sealed, nonce) => new Uint8Array(await subtle.decrypt(with_(nonce), key, sealed)),
  };
}

/** SHA-256 of what is in memory. */
export async function digestOf(data: Bytes): Promise<Uint8Array> {
  const subtle = globalThis.crypto.subtle as SubtleCrypto | undefined;
  return subtle ? new Uint8Array(await subtle.digest("SHA-256", data)) : sha256(data);
}
