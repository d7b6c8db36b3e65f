/** What verifying an archive rests on: consistency of a log, certificates, and paths. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes } from "@noble/hashes/utils.js";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

import { bagOf, checkBag, digestsOf } from "@/archive/bag";
import { openZip } from "@/archive/zip";
import { faultOf, readCertificate } from "@/crypto/certificates";
import { fromBase64, toBase64 } from "@/crypto/signing";
import { continues } from "@/crypto/trees";
import { merkleRoot } from "@/sealing/container";

const LEAVES = Array.from({ length: 13 }, (_, index) => sha256(Uint8Array.of(0, index)));
const rootAt = (size: number): string => bytesToHex(merkleRoot(LEAVES.slice(0, size)));

/** RFC 9162 §2.1.4.1, as it is written there. */
function proofBetween(old: number, leaves: readonly Uint8Array[], whole = true): Uint8Array[] {
  if (old === leaves.length) return whole ? [] : [merkleRoot(leaves)];
  const split = 2 ** (Math.ceil(Math.log2(leaves.length)) - 1);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return old <= split
    ? [...proofBetween(old, left, whole), merkleRoot(right)]
    : [...proofBetween(old - split, right, false), merkleRoot(left)];
}

describe("a log only grew", () => {
  test("when every earlier size leads to every later one", () => {
    for (let size = 1; size <= LEAVES.length; size += 1) {
      for (let old = 1; old <= size; old += 1) {
        const proof = proofBetween(old, LEAVES.slice(0, size)).map(toBase64);
        const [before, now] = [{ size: old, root: rootAt(old) }, { size, root: rootAt(size) }];

        expect(continues(before, now, proof), `${old} to ${size}`).toBe(true);
        expect(continues({ ...before, root: rootAt(old === 1 ? 2 : 1) }, now, proof)).toBe(false);
        expect(continues(before, now, [...proof, toBase64(LEAVES[0] ?? new Uint8Array(32))])).toBe(false);
        if (proof.length > 0) expect(continues(before, now, proof.slice(1))).toBe(false);
      }
    }
  });

  test("and sizes that are none lead nowhere", () => {
    const now = { size: 3, root: rootAt(3) };

    for (const size of [-1, 4, 1.5, Number.NaN]) expect(continues({ size, root: rootAt(1) }, now, [])).toBe(false);
  });
});

describe("a certificate", () => {
  const { at, trusted_root, vectors } = JSON.parse(
    readFileSync(fileURLToPath(new URL("../../tests/vectors/signed-statement.json", import.meta.url)), "utf-8"),
  ) as { at: string; trusted_root: string; vectors: { envelope: { certificate: string } }[] };
  const der = fromBase64(vectors[0]?.envelope.certificate ?? "");
  const root = readCertificate(fromBase64(trusted_root));
  const then = Date.parse(at);

  test("counts from its beginning to its end, under an authority that issued it", () => {
    const leaf = readCertificate(der);

    expect(faultOf(leaf, [root], then)).toBeNull();
    expect(faultOf(leaf, [root], leaf.notBefore - 1)).toBe("not-valid-then");
    expect(faultOf(leaf, [root], leaf.notAfter + 1)).toBe("not-valid-then");
    expect(faultOf(leaf, [], then)).toBe("no-issuer");
    expect(faultOf(leaf, [{ ...root, isAuthority: false }], then)).toBe("no-issuer");
    expect(faultOf(leaf, [{ ...root, point: null }], then)).toBe("algorithm");
    expect(faultOf(root, [root], then)).toBe("not-for-signing");
  });

  test("is refused when it is cut short, and does not count when a byte is another", () => {
    for (let place = 0; place < der.length; place += 7) {
      const changed = Uint8Array.from(der);
      changed[place] = (changed[place] ?? 0) ^ 1;
      const fault = () => faultOf(readCertificate(changed), [root], then);

      expect(() => readCertificate(der.subarray(0, place))).toThrow();
      let found: unknown = "refused";
      try {
        found = fault();
      } catch {
        // No certificate any more.
      }
      expect(found, `byte ${place}`).not.toBeNull();
    }
  });
});

describe("a bag", () => {
  const file = (text: string) => new Blob([text]);

  test("has one folder, and paths that are safe everywhere", () => {
    const refused = (...paths: string[]) => () => bagOf(paths.map((path) => ({ path, file: file("") })));

    expect(refused("a/x", "b/x")).toThrow("notOneFolder");
    expect(refused("a/x", "a/x")).toThrow("standsTwice");
    for (const path of ["a/../x", "a/.x", "a//x", "a/x y", `a/${"x".repeat(600)}`, "a/x\n"]) expect(refused(path)).toThrow("badPath");
  });

  test("without its manifests is named", async () => {
    const bag = bagOf([{ path: "a/data/x", file: file("x") }]);
    const digests = await digestsOf(bag, () => undefined);

    expect(digests.get("data/x")).toBe(bytesToHex(sha256(concatBytes(new TextEncoder().encode("x")))));
    await expect(checkBag(bag, digests)).rejects.toThrow("tagmanifest-sha256.txt");
  });

  test("is no ZIP file when it is something else", async () => {
    for (const size of [0, 1, 97, 98, 5000]) {
      await expect(openZip(new Blob([new Uint8Array(size)]))).rejects.toThrow("notZip");
    }
  });
});
