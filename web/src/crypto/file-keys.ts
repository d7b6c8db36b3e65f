/**
 * File keys out of an opening key, in the browser: what unlocks a bid, and nothing more.
 *
 * The key file is read and used here; what leaves the page is 16 bytes for each container. Both
 * international suites (X25519, ML-KEM-768 with X25519) are computed here; containers under the
 * national algorithms are for the command: docs/specs/sealed-bid-gm-v1.md.
 */
import { Decrypter, identityToRecipient } from "age-encryption";

export const KEY_FILE_BYTES_MAX = 64 << 10;
const WORK_FACTOR_MAX = 20;
const LOCKED = "age-encryption.org/v1\n-> scrypt ";
const VERSION = "age-encryption.org/v1\n";
/** How an SM2 key begins: a browser has no SM2, the command `kaibiao bid` has. */
const NATIONAL = "KAIBIAO-SM2-SECRET-KEY-1";
const IDENTITY = /^AGE-SECRET-KEY-(PQ-)?1[0-9A-Z]+$/;

/** Why the page could not compute a file key; the texts say what to do. */
export type KeyFault =
  | "key-file-missing"
  | "key-file-too-large"
  | "key-file-unreadable"
  | "key-file-needs-passphrase"
  | "key-file-wrong-passphrase"
  | "key-not-in-file"
  | "key-does-not-fit"
  | "suite-not-in-browser"
  | "contribution-not-here"
  | "signing-key-unreadable"
  | "signing-certificate-missing";

export class KeyRefused extends Error {
  constructor(readonly code: KeyFault) {
    super(code);
    this.name = "KeyRefused";
  }
}

export interface Envelope {
  kind: string;
  /** `age1…`: whose opening key this container asks for. */
  recipient: string;
  header: Uint8Array;
}

/** Is it an age file under a passphrase? */
export function isLocked(file: Uint8Array): boolean {
  return startsWith(file, LOCKED);
}

/** The identities of a key file, `AGE-SECRET-KEY-…`, by their recipients. Throws KeyRefused. */
export async function readKeyFile(
  file: Uint8Array,
  passphrase: string,
): Promise<Map<string, string>> {
  if (file.length > KEY_FILE_BYTES_MAX) throw new KeyRefused("key-file-too-large");
  const text = new TextDecoder().decode(isLocked(file) ? await unlocked(file, passphrase) : file);
  const lines = text.split("\n").map((line) => line.trim());
  const identities = lines.filter((line) => line !== "" && !line.startsWith("#"));
  if (identities.some((one) => one.startsWith(NATIONAL))) throw new KeyRefused("suite-not-in-browser");
  if (identities.length === 0 || !identities.every((one) => IDENTITY.test(one))) {
    throw new KeyRefused("key-file-unreadable");
  }
  const found = new Map<string, string>();
  for (const identity of identities) {
    try {
      found.set(await identityToRecipient(identity), identity);
    } catch {
      throw new KeyRefused("key-file-unreadable");
    }
  }
  return found;
}

/**
 * The file keys of a bid, 16 bytes by kind of envelope: of all envelopes, or of those of `kinds` and
 * of no other. All of them or none. Throws KeyRefused.
 */
export async function fileKeysOf(
  envelopes: readonly Envelope[],
  identities: ReadonlyMap<string, string>,
  kinds: readonly string[] | null = null,
): Promise<Record<string, Uint8Array>> {
  const keys: Record<string, Uint8Array> = {};
  for (const { kind, recipient, header } of envelopes) {
    if (kinds !== null && !kinds.includes(kind)) continue;
    if (!startsWith(header, VERSION) || !recipient.startsWith("age1")) {
      throw new KeyRefused("suite-not-in-browser");
    }
    const identity = identities.get(recipient);
    if (!identity) throw new KeyRefused("key-not-in-file");
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    try {
      // Checks the MAC over the whole header as well.
      keys[kind] = await decrypter.decryptHeader(header);
    } catch {
      throw new KeyRefused("key-does-not-fit");
    }
  }
  return keys;
}

/** The content of a file under a passphrase. Throws KeyRefused. */
export async function unlocked(file: Uint8Array, passphrase: string): Promise<Uint8Array> {
  if (passphrase === "") throw new KeyRefused("key-file-needs-passphrase");
  // -> scrypt SALT WORK_FACTOR: a file may not make its reader take more than 1 GiB.
  const [, stanza = ""] = new TextDecoder().decode(file.subarray(0, 128)).split("\n");
  if (!(Number(stanza.split(" ")[3]) <= WORK_FACTOR_MAX)) throw new KeyRefused("key-file-unreadable");
  const decrypter = new Decrypter();
  // What is typed is one thing on every system: the tool writes it so too.
  decrypter.addPassphrase(passphrase.normalize("NFC"));
  try {
    return await decrypter.decrypt(file);
  } catch {
    throw new KeyRefused("key-file-wrong-passphrase");
  }
}

function startsWith(data: Uint8Array, text: string): boolean {
  return [...text].every((letter, index) => data[index] === letter.charCodeAt(0));
}
