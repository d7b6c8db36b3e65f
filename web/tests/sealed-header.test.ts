/** A header computed here is the one that Python computes, and age-encryption opens the container. */
import { readFileSync } from "node:fs";

import { Decrypter } from "age-encryption";
import { describe, expect, test } from "vitest";

import { deriveHeader, hex, sealContext } from "@/crypto/sealed-header";

interface Vector {
  context_of: {
    suite_name: string;
    tender_id: string;
    lot: string;
    envelope: string;
    bidder_id: string;
    counter: number;
    threshold: number;
    holders: { public_key: string; announcement: string }[];
  };
  context: string;
  file_key: string;
  bidder_identity: string;
  bidder_recipient: string;
  bidder_public_key: string;
  header: string;
  plaintext: string;
  container: string;
}

const file = new URL("../../tests/vectors/sealed-header.json", import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, "utf8")) as { vectors: Vector[] };
const bytes = (text: string) => new Uint8Array(Buffer.from(text, "hex"));
const SUITES = ["age-v1-x25519", "age-v1-mlkem768x25519"];

function contextOf({ context_of: of }: Vector): Uint8Array {
  return sealContext({
    suite: of.suite_name,
    tender: of.tender_id,
    lot: of.lot,
    envelope: of.envelope,
    bidder: of.bidder_id,
    counter: of.counter,
    threshold: of.threshold,
    holders: of.holders,
  });
}

function headerOf(vector: Vector, fileKey = bytes(vector.file_key)): Uint8Array {
  return deriveHeader(fileKey, {
    context: contextOf(vector),
    threshold: vector.context_of.threshold,
    holders: vector.context_of.holders.map((holder) => bytes(holder.public_key)),
    bidder: bytes(vector.bidder_public_key),
  });
}

test("there are vectors of both suites", () => {
  expect(new Set(vectors.map((vector) => vector.context_of.suite_name))).toEqual(new Set(SUITES));
});

describe.each(vectors)("$context_of.suite_name, $context_of.tender_id", (vector) => {
  test("the context is the published one", () => {
    expect(hex(contextOf(vector))).toBe(vector.context);
  });

  test("the header re-derives bit for bit", () => {
    expect(Buffer.from(headerOf(vector)).toString("base64")).toBe(vector.header);
  });

  test("another file key gives another header", () => {
    expect(Buffer.from(headerOf(vector, new Uint8Array(16))).toString("base64")).not.toBe(
      vector.header,
    );
  });

  test("age-encryption opens the container with the bidder's identity", async () => {
    const decrypter = new Decrypter();
    decrypter.addIdentity(vector.bidder_identity);
    const container = new Uint8Array(Buffer.from(vector.container, "base64"));

    expect(await decrypter.decrypt(container, "text")).toBe(vector.plaintext);
  });
});

test("keys of two suites do not go together", () => {
  const [classic, hybrid] = SUITES.map(
    (suite) => vectors.find((vector) => vector.context_of.suite_name === suite)!,
  );
  expect(() =>
    deriveHeader(bytes(classic!.file_key), {
      context: contextOf(hybrid!),
      threshold: 2,
      holders: hybrid!.context_of.holders.map((holder) => bytes(holder.public_key)),
      bidder: bytes(classic!.bidder_public_key),
    }),
  ).toThrow(RangeError);
});
