/** Keys used in the browser: what the tool wrote is read, file keys come out, statements hold. */
import { readFileSync } from "node:fs";

import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { Encrypter, generateIdentity } from "age-encryption";
import { describe, expect, test } from "vitest";

import {
  contributionStatement,
  keepContribution,
  keptContribution,
  sealContribution,
} from "@/crypto/contributions";
import { fileKeysOf, KEY_FILE_BYTES_MAX, readKeyFile } from "@/crypto/file-keys";
import { receiptHolds, rehearsalStatement, sealTestContainer } from "@/crypto/rehearsal";
import { canonical, hex, sealContext } from "@/crypto/sealed-header";
import { readSigner, signStatement } from "@/crypto/signing";

interface Vector {
  file_key: string;
  bidder_identity: string;
  bidder_recipient: string;
  header: string;
}

function vectorsOf<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../tests/vectors/${name}`, import.meta.url), "utf8")) as T;
}

const { vectors } = vectorsOf<{ vectors: Vector[] }>("sealed-header.json");
const bytes = (text: string) => new TextEncoder().encode(text);
const base64 = (text: string) => new Uint8Array(Buffer.from(text, "base64"));
const refused = (code: string) => expect.objectContaining({ code });

async function locked(text: string, passphrase: string, factor = 2): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  encrypter.setScryptWorkFactor(factor);
  return await encrypter.encrypt(text);
}

function envelope(vector: Vector, header = base64(vector.header)) {
  return { kind: "price", recipient: vector.bidder_recipient, header };
}

describe.each(vectors)("a container for $bidder_recipient", (vector) => {
  const file = bytes(`# price public key: ${vector.bidder_recipient}\n${vector.bidder_identity}\n`);

  test("gives its file key to the key file, plain and under a passphrase", async () => {
    const under = await locked(new TextDecoder().decode(file), "示范口令");

    for (const keys of [await readKeyFile(file, ""), await readKeyFile(under, "示范口令")]) {
      const found = await fileKeysOf([envelope(vector)], keys);
      expect(hex(found.price ?? new Uint8Array())).toBe(vector.file_key);
    }
  });

  test("gives the file key of no envelope that is not asked for", async () => {
    const keys = await readKeyFile(file, "");
    const envelopes = [envelope(vector), { ...envelope(vector), kind: "technical" }];

    expect(Object.keys(await fileKeysOf(envelopes, keys, ["technical"]))).toEqual(["technical"]);
    expect(await fileKeysOf(envelopes, keys, [])).toEqual({});
    expect(Object.keys(await fileKeysOf(envelopes, keys))).toEqual(["price", "technical"]);
  });

  test("gives nothing once a byte of its header is another", async () => {
    const header = base64(vector.header);
    header[header.length - 4] = (header.at(-4) ?? 0) ^ 1;
    const keys = await readKeyFile(file, "");

    await expect(fileKeysOf([envelope(vector, header)], keys)).rejects.toEqual(refused("key-does-not-fit"));
  });
});

describe("a key file", () => {
  const vector = vectors[0] as Vector;

  test.each([
    ["", "key-file-unreadable"],
    ["# nothing but a remark\n", "key-file-unreadable"],
    ["AGE-SECRET-KEY-1QQQ\n", "key-file-unreadable"],
    ["<html>", "key-file-unreadable"],
    ["# price\nKAIBIAO-SM2-SECRET-KEY-1QQQ\n", "suite-not-in-browser"],
    ["x".repeat(KEY_FILE_BYTES_MAX + 1), "key-file-too-large"],
    [`age-encryption.org/v1\n-> scrypt ${"A".repeat(22)} 30\n`, "key-file-unreadable"],
    [`age-encryption.org/v1\n-> scrypt `, "key-file-unreadable"],
  ])("%j is refused", async (text, code) => {
    await expect(readKeyFile(bytes(text), "x")).rejects.toEqual(refused(code));
  });

  test("under a passphrase asks for it, and knows a wrong one", async () => {
    const under = await locked(vector.bidder_identity, "right");

    await expect(readKeyFile(under, "")).rejects.toEqual(refused("key-file-needs-passphrase"));
    await expect(readKeyFile(under, "wrong")).rejects.toEqual(refused("key-file-wrong-passphrase"));
  });

  test("of another bid is told from one of this bid", async () => {
    const other = await readKeyFile(bytes(await generateIdentity()), "");

    await expect(fileKeysOf([envelope(vector)], other)).rejects.toEqual(refused("key-not-in-file"));
  });

  test("of the national algorithms is for the command", async () => {
    const header = bytes("kaibiao/sealed-bid-gm/v1\n-> kaibiao/sm2/v1\n");
    const keys = new Map([[vector.bidder_recipient, vector.bidder_identity]]);

    await expect(fileKeysOf([envelope(vector, header)], keys)).rejects.toEqual(
      refused("suite-not-in-browser"),
    );
  });
});

describe("a statement", () => {
  const { vectors: signed } = vectorsOf<{ vectors: { envelope: { statement: unknown; label: string; certificate: string } }[] }>(
    "signed-statement.json",
  );
  const known = signed[0]?.envelope ?? { statement: {}, label: "", certificate: "" };
  // The vectors' own test key: its private scalar is 2002.
  const scalar = new Uint8Array(32);
  scalar.set([2002 >> 8, 2002 & 255], 30);
  const der = Buffer.concat([
    Buffer.from("3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420", "hex"),
    scalar,
  ]);
  const pem = `-----BEGIN PRIVATE KEY-----\n${der.toString("base64")}\n-----END PRIVATE KEY-----\n`;

  test("is signed with the key of the file and the certificate of that key", async () => {
    const signer = await readSigner([bytes(pem)], "", ["AAAA", known.certificate]);
    const made = signStatement(signer, known.label, known.statement);

    expect(made.certificate).toBe(known.certificate);
    const message = bytes(`${known.label}\0${canonical(known.statement)}`);
    const point = p256.getPublicKey(scalar, false);
    expect(p256.verify(base64(made.signature), message, point, { format: "der", lowS: false })).toBe(true);
  });

  test("needs a key that can be read, and its certificate", async () => {
    await expect(readSigner([bytes("nothing")], "", [])).rejects.toEqual(refused("signing-key-unreadable"));
    await expect(readSigner([bytes(pem)], "", [])).rejects.toEqual(refused("signing-certificate-missing"));
    const cut = pem.replace(/\n.{40}/, "\n");
    await expect(readSigner([bytes(cut)], "", [])).rejects.toEqual(refused("signing-key-unreadable"));
  });
});

const holder = { public_key: "09".padEnd(64, "0"), announcement_digest: "ab".repeat(32) };

test("a contribution to a draw is bound to its pool, signed for, and kept until it is opened", async () => {
  const of = { suite: "age-v1-x25519", tender: "t", root: "00ff", bidder: "b", threshold: 2, holders: [holder, holder] };
  const kept = new Map<string, string>();
  const storage = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  } as unknown as Storage;

  const made = await sealContribution(of);
  const { root, ...rest } = of;
  const context = sealContext({
    ...rest,
    lot: root,
    envelope: "draw/experts",
    counter: 1,
    holders: of.holders.map((one) => ({ public_key: one.public_key, announcement: one.announcement_digest })),
  });
  keepContribution(of, made, storage);

  expect(Buffer.from(made.container, "base64").toString("latin1")).toContain(
    Buffer.from(context).toString("base64").replace(/=+$/, ""),
  );
  expect(contributionStatement(of, made)).toMatchObject({ purpose: "experts", root: "00ff", organization_id: "b" });
  expect(keptContribution(of, storage)).toEqual(made);
  expect(keptContribution({ ...of, root: "01" }, storage)).toBeNull();
});

describe("a rehearsal", () => {
  const of = { suite: "age-v1-x25519", tender: "t", lot: "1", bidder: "b", threshold: 2, holders: [holder, holder] };
  const secret = new Uint8Array(32).fill(7);
  const key = `示范/receipt+00000000+${Buffer.from([1, ...ed25519.getPublicKey(secret)]).toString("base64")}`;

  function signed(said: Record<string, string>, received_at: string, shown = received_at) {
    const message = bytes(`kaibiao/rehearsal-receipt/v1\0${canonical({ ...said, received_at })}`);
    const signature = Buffer.from(ed25519.sign(message, secret)).toString("base64");
    return { digest: said.digest ?? "", received_at: shown, key, signature };
  }

  test("seals what its own key opens, and signs what was sealed", async () => {
    const test = await sealTestContainer(of);
    const said = rehearsalStatement(of, test);
    const at = "2026-12-01T01:00:00.000000Z";

    expect(test.fileKey.length).toBe(16);
    expect(said.digest).toBe(test.digest);
    expect(receiptHolds(signed(said, at), said, [key])).toBe(true);
    expect(receiptHolds(signed(said, at, "2026-12-01T01:00:00Z"), said, [key])).toBe(true);
    expect(receiptHolds(signed(said, at, "2026-12-01T01:00:01Z"), said, [key])).toBe(false);
    expect(receiptHolds(signed({ ...said, digest: "00" }, at), said, [key])).toBe(false);
    expect(receiptHolds(signed(said, at), said, ["another"])).toBe(false);
  });

  test("with the national algorithms is the tool's", async () => {
    const sealing = sealTestContainer({ ...of, suite: "gm-sm2-sm3-sm4" });

    await expect(sealing).rejects.toEqual(refused("suite-not-in-browser"));
  });
});
