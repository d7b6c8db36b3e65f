/** Receipts checked in the browser, and prepared documents before they are signed: each lie is noticed. */
import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { describe, expect, test } from "vitest";

import { checkPrepared, signAttributes } from "@/crypto/pdf-signing";
import { type PublishedKeys, readReceipt, type Receipt, verifyReceipt } from "@/crypto/receipts";
import { canonical } from "@/crypto/sealed-header";
import { toBase64 } from "@/crypto/signing";

const ORIGIN = "bids.example/log";
const SEEN = 1_795_000_000;

interface Key {
  verifier: string;
  id: Uint8Array;
  sign: (message: Uint8Array) => Uint8Array;
}

function aKey(name: string, algorithm: number): Key {
  const { secretKey, publicKey } = ed25519.keygen();
  const material = concatBytes(Uint8Array.of(algorithm), publicKey);
  const id = sha256(concatBytes(utf8ToBytes(`${name}\n`), material)).subarray(0, 4);
  return {
    verifier: `${name}+${bytesToHex(id)}+${toBase64(material)}`,
    id,
    sign: (message) => ed25519.sign(message, secretKey),
  };
}

const platform = aKey("bids.example/receipts", 1);
const log = aKey(ORIGIN, 1);
const witness = aKey("witness.example", 4);
const KEYS: PublishedKeys = {
  receipt_keys: [platform.verifier],
  log_keys: [log.verifier],
  witnesses: [{ verifier: witness.verifier, run_by: "", independent: true }],
  quorum: 1,
};

const line = (name: string, bytes: Uint8Array): string => `— ${name} ${toBase64(bytes)}\n`;

/** A receipt for leaf 1 of 3. */
function aReceipt(): Receipt & { completion: NonNullable<Receipt["completion"]> } {
  const statement = { act: "bid.submitted", lot: "1", received_at: "2026-12-01T02:00:00.000000Z", counter: 1 };
  const nonce = new Uint8Array(32).fill(7);
  const label = utf8ToBytes("kaibiao/receipt/v1\0");
  const leaf = sha256(concatBytes(nonce, sha256(concatBytes(label, utf8ToBytes(canonical(statement))))));
  const promise = canonical({ statement, leaf: bytesToHex(leaf), origin: ORIGIN, within_seconds: 10 });
  const node = (one: Uint8Array, other: Uint8Array) => sha256(concatBytes(Uint8Array.of(1), one, other));
  const hashed = sha256(concatBytes(Uint8Array.of(0), leaf));
  const [left, right] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const body = `${ORIGIN}\n3\n${toBase64(node(node(left, hashed), right))}\n`;
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, BigInt(SEEN));
  const cosigned = witness.sign(utf8ToBytes(`cosignature/v1\ntime ${SEEN}\n${body}`));
  return {
    format: "kaibiao/receipt/v1",
    statement,
    leaf_nonce: bytesToHex(nonce),
    origin: ORIGIN,
    within_seconds: 10,
    key: platform.verifier,
    signature: toBase64(platform.sign(concatBytes(label, utf8ToBytes(promise)))),
    completion: {
      leaf_index: 1,
      proof: [toBase64(left), toBase64(right)],
      checkpoint: `${body}\n${line(ORIGIN, concatBytes(log.id, log.sign(utf8ToBytes(body))))}${line("witness.example", concatBytes(witness.id, time, cosigned))}`,
      time_stamps: [{ authority: "tsa", token: "" }],
    },
  };
}

describe("a receipt", () => {
  test("holds with the platform's signature, the log and the witnesses", () => {
    const verdict = verifyReceipt(aReceipt(), KEYS);

    expect(verdict).toEqual({
      holds: ["platform-signature", "log-inclusion", "witness:witness.example", "witness-quorum"],
      missing: [],
      broken: [],
      unchecked: ["time-stamp:tsa"],
      seenAt: SEEN * 1000,
    });
  });

  test("that is not complete says what is missing", () => {
    const verdict = verifyReceipt({ ...aReceipt(), completion: null }, KEYS);

    expect(verdict).toMatchObject({ holds: ["platform-signature"], missing: ["log-inclusion", "witness-quorum"] });
  });

  test.each<[string, (receipt: ReturnType<typeof aReceipt>) => void, string]>([
    ["another time", (receipt) => (receipt.statement.received_at = "2026-12-01T01:00:00.000000Z"), "platform-signature"],
    ["a signature of somebody", (receipt) => (receipt.signature = toBase64(new Uint8Array(64))), "platform-signature"],
    ["a key that nobody published", (receipt) => (receipt.key = aKey("bids.example/receipts", 1).verifier), "platform-signature"],
    ["another place in the log", (receipt) => (receipt.completion.leaf_index = 0), "log-inclusion"],
    ["a place beyond the log", (receipt) => (receipt.completion.leaf_index = 3), "log-inclusion"],
    ["half a path", (receipt) => receipt.completion.proof.pop(), "log-inclusion"],
    ["a path too long", (receipt) => receipt.completion.proof.push(toBase64(new Uint8Array(32))), "log-inclusion"],
    ["another log", (receipt) => (receipt.origin = "other.example"), "log-inclusion"],
    ["a changed checkpoint", (receipt) => (receipt.completion.checkpoint = receipt.completion.checkpoint.replace("\n3\n", "\n4\n")), "log-inclusion"],
  ])("with %s is broken", (_, change, word) => {
    const receipt = aReceipt();
    change(receipt);

    expect(verifyReceipt(receipt, KEYS).broken).toContain(word);
  });

  test("whose witness signed another time is broken, and lacks its quorum", () => {
    const receipt = aReceipt();
    const [before = "", last = ""] = receipt.completion.checkpoint.split(/(?=— witness)/);
    const bytes = Uint8Array.from(atob(last.trim().split(" ")[2] ?? ""), (letter) => letter.charCodeAt(0));
    bytes[11] = (bytes[11] ?? 0) ^ 1;
    receipt.completion.checkpoint = before + line("witness.example", bytes);
    const verdict = verifyReceipt(receipt, KEYS);

    expect(verdict.broken).toEqual(["witness:witness.example"]);
    expect(verdict).toMatchObject({ missing: ["witness-quorum"], seenAt: null });
  });

  test("that is none, or is full of holes, is refused", () => {
    const refused = expect.objectContaining({ code: "receipt-invalid" });
    for (const text of ["", "[]", "null", '{"format":"kaibiao/receipt/v1"}', '{"format":"x"}']) {
      expect(() => readReceipt(text)).toThrow(refused);
    }
    expect(() => verifyReceipt({ ...aReceipt(), leaf_nonce: "zz" }, KEYS)).toThrow(refused);
    expect(() => verifyReceipt(aReceipt(), { ...KEYS, log_keys: ["nonsense"] })).toThrow(refused);
  });
});

describe("a prepared document", () => {
  const issued = utf8ToBytes("%PDF-1.7 the notice, once issued, never changed\n");
  const digestOf = (data: Uint8Array) => sha256(data);

  function prepared(range = (length: number, all: number) => `/ByteRange [0 ${length} ${length + 4} ${all - length - 4}]`) {
    const tail = " end";
    const length = issued.length + 60;
    const all = length + 4 + tail.length;
    const head = `${range(length, all).padEnd(60)}`;
    return concatBytes(issued, utf8ToBytes(head), utf8ToBytes("<00>"), utf8ToBytes(tail));
  }

  function attributesOf(file: Uint8Array): Uint8Array {
    const length = issued.length + 60;
    const digest = digestOf(concatBytes(file.subarray(0, length), file.subarray(length + 4)));
    const oid = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04, 0x31, 0x22, 0x04, 0x20];
    return concatBytes(Uint8Array.of(0x31, 0x40, ...oid), digest);
  }

  test("is signed when its attributes speak of exactly this file", () => {
    const file = prepared();
    const attributes = attributesOf(file);
    const secret = p256.utils.randomSecretKey();

    expect(() => checkPrepared(issued, file, attributes)).not.toThrow();
    const signature = signAttributes(secret, attributes);
    expect(p256.verify(signature, attributes, p256.getPublicKey(secret), { format: "der", lowS: false })).toBe(true);
  });

  const suspicious = expect.objectContaining({ code: "document-suspicious" });
  test.each<[string, () => [Uint8Array, Uint8Array, Uint8Array]]>([
    ["continues another document", () => [utf8ToBytes("%PDF-1.7 another"), prepared(), attributesOf(prepared())]],
    ["leaves its beginning out", () => {
      const file = prepared((length, all) => `/ByteRange [1 ${length - 1} ${length + 4} ${all - length - 4}]`);
      return [issued, file, attributesOf(file)];
    }],
    ["leaves its end out", () => {
      const file = prepared((length, all) => `/ByteRange [0 ${length} ${length + 4} ${all - length - 5}]`);
      return [issued, file, attributesOf(file)];
    }],
    ["has no place for a signature", () => [issued, concatBytes(issued, utf8ToBytes("nothing")), attributesOf(prepared())]],
    ["is not the one that the attributes speak of", () => {
      const attributes = attributesOf(prepared());
      attributes[attributes.length - 1] = (attributes.at(-1) ?? 0) ^ 1;
      return [issued, prepared(), attributes];
    }],
    ["is spoken of twice", () => [issued, prepared(), concatBytes(attributesOf(prepared()), attributesOf(prepared()))]],
  ])("that %s is not signed", (_, of) => {
    const [one, file, attributes] = of();

    expect(() => checkPrepared(one, file, attributes)).toThrow(suspicious);
  });
});
