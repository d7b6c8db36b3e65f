/** Fresh opening keys in the browser, and the public key that a recipient's text holds. */
import { Encrypter, generateHybridIdentity, generateIdentity, identityToRecipient } from "age-encryption";

import { KeyRefused } from "@/crypto/file-keys";

const CHECKSUM_LETTERS = 6;
const LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/** The algorithms that a browser has: how an opening key of each suite is made. */
const FRESH: Record<string, () => Promise<string>> = {
  "age-v1-x25519": generateIdentity,
  "age-v1-mlkem768x25519": generateHybridIdentity,
};

export interface OpeningKey {
  /** `AGE-SECRET-KEY-…`. */
  identity: string;
  /** `age1…`. */
  recipient: string;
}

/** A key of a suite for one container. Throws KeyRefused where a browser lacks its algorithms. */
export async function freshOpeningKey(suite: string): Promise<OpeningKey> {
  const fresh = FRESH[suite];
  if (!fresh) throw new KeyRefused("suite-not-in-browser");
  const identity = await fresh();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** Does the browser have what a suite needs? */
export function isSuiteInBrowser(suite: string): boolean {
  return suite in FRESH;
}

/** A key file under a passphrase, as the tool writes it: any age tool reads it. */
export async function lockedKeyFile(keys: Readonly<Record<string, OpeningKey>>, passphrase: string): Promise<Uint8Array> {
  const lines = Object.entries(keys).map(([kind, key]) => `# ${kind} public key: ${key.recipient}\n${key.identity}\n`);
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase.normalize("NFC"));
  return await encrypter.encrypt(lines.join(""));
}

/** The public key in a recipient that was just made: Bech32 without its checksum. */
export function publicKeyOf(recipient: string): Uint8Array {
  const letters = recipient.slice(recipient.lastIndexOf("1") + 1, -CHECKSUM_LETTERS);
  const bytes: number[] = [];
  let held = 0;
  let bits = 0;
  for (const letter of letters) {
    held = (held << 5) | LETTERS.indexOf(letter);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 255);
      held &= (1 << bits) - 1;
    }
  }
  return Uint8Array.from(bytes);
}
