/** Bundles and containers written in the browser: the bytes that the specification says. */
import { describe, expect, it } from "vitest";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";

import { BundleRefused, layoutOf, memberName, paddedSize, type Source } from "@/sealing/bundle";
import { inScript } from "@/sealing/cipher";
import { merkleRoot, rehearseContainer, rootOf, sealContainer, type Store } from "@/sealing/container";
import vectors from "../../tests/vectors/container-digest.json";

const FORM = { price_fen: 128000000, duration_days: 471, quality: "合格", project_manager: "示范项目经理甲" };
const HEADER = utf8ToBytes("a header\n");
const of = { header: HEADER, fileKey: new Uint8Array(16).fill(7), nonce: new Uint8Array(16).fill(9) };

function source(name: string, content: Uint8Array): Source {
  return { name, size: content.length, read: async (start, end) => content.slice(start, end) };
}

class Memory implements Store {
  bytes = new Uint8Array(0);

  async write(bytes: Uint8Array, at: number): Promise<void> {
    if (at + bytes.length > this.bytes.length) {
      const grown = new Uint8Array(at + bytes.length);
      grown.set(this.bytes);
      this.bytes = grown;
    }
    this.bytes.set(bytes, at);
  }

  async read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.bytes.slice(start, end);
  }

  async size(): Promise<number> {
    return this.bytes.length;
  }
}

function noise(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => (index * 2654435761) >>> 13);
}

describe("bundles", () => {
  it("are the bytes of the example in the specification", async () => {
    const files = [source("投标函.PDF", utf8ToBytes("%PDF-1.7 example\n"))];
    const layout = layoutOf({ kind: "price", form: FORM, files });
    const digest = bytesToHex(sha256(utf8ToBytes("%PDF-1.7 example\n")));
    const bytes = await layout.read(0, layout.size, [digest]);
    expect(layout.size).toBe(16384);
    expect(bytesToHex(sha256(bytes))).toBe("a9942a525bccc7be2d2f5cf8516762d1775fd66caf9f77e4dead29629130e0a4");
    // In pieces it is the same.
    const pieces = await Promise.all([0, 500, 1000, 1540, 9000].map((from, at, all) => layout.read(from, all[at + 1] ?? layout.size, [digest])));
    expect(bytesToHex(sha256(Uint8Array.from(pieces.flatMap((one) => [...one]))))).toBe(bytesToHex(sha256(bytes)));
  });

  it("have sizes that many share, and names that are ours", () => {
    expect([3072, 16896, 100864, 1073742336].map(paddedSize)).toEqual([16384, 17408, 102400, 1107296256]);
    expect([memberName(1, "投标函.PDF"), memberName(12, "readme"), memberName(2, "a.tar.gz")]).toEqual([
      "files/0001.pdf",
      "files/0012.bin",
      "files/0002.gz",
    ]);
    expect(memberName(3, "../../etc/passwd\u0000.<b>")).toBe("files/0003.bin");
  });

  it("refuse too much", () => {
    const many = Array.from({ length: 2001 }, () => source("a", new Uint8Array(0)));
    expect(() => layoutOf({ kind: "price", form: {}, files: many })).toThrow(new BundleRefused("too-many-files"));
    const huge = { ...source("a", new Uint8Array(0)), size: 8 * 2 ** 30 };
    expect(() => layoutOf({ kind: "price", form: {}, files: [huge] })).toThrow(new BundleRefused("file-too-large"));
  });
});

describe("containers", () => {
  it("have the digests of the vectors", async () => {
    for (const one of vectors.vectors) {
      const store = new Memory();
      const pattern = hexToBytes(one.pattern);
      store.bytes = Uint8Array.from({ length: one.size }, (_, index) => pattern[index % pattern.length] ?? 0);
      expect(bytesToHex(await rootOf(store))).toBe(one.digest);
    }
    expect(bytesToHex(merkleRoot([]))).toBe(bytesToHex(sha256(new Uint8Array(0))));
  });

  it.each([
    ["nothing", [0]],
    ["one that ends at a chunk", [65536 - 1024]],
    ["several with empty ones", [0, 3_000_001, 0, 17, 0]],
    ["a block and a bit", [1 << 20]],
  ])("open to what went in: %s", async (_, sizes) => {
    const files = sizes.map((size, index) => source(`f${index}.pdf`, noise(size)));
    const layout = layoutOf({ kind: "technical", form: {}, files });
    const store = new Memory();
    const moved: number[] = [];
    const sealed = await sealContainer(of, layout, store, { moved: (bytes) => moved.push(bytes) });
    expect(sealed.size).toBe(store.bytes.length);
    expect(sealed.files).toEqual(sizes.map((size) => bytesToHex(sha256(noise(size)))));
    expect(moved.at(-1) ?? layout.size).toBe(layout.size);
    await rehearseContainer({ headerBytes: HEADER.length, fileKey: of.fileKey }, layout, sealed.files, store);
  });

  it("are the same with and without the browser's own cipher", async () => {
    const { cipherOf } = await import("@/sealing/cipher");
    const [key, nonce, plain] = [new Uint8Array(32).fill(3), new Uint8Array(12).fill(4), noise(70000) as Uint8Array<ArrayBuffer>];
    const one = await (await cipherOf(key)).seal(plain, nonce);
    expect(bytesToHex(one)).toBe(bytesToHex(await inScript(key).seal(plain, nonce)));
    const opened = await inScript(key).open(one as Uint8Array<ArrayBuffer>, nonce);
    expect(bytesToHex(opened)).toBe(bytesToHex(plain));
  });

  it("do not pass a rehearsal when a byte has changed, or was cut off", async () => {
    const layout = layoutOf({ kind: "technical", form: {}, files: [source("a.pdf", noise(200_000))] });
    const store = new Memory();
    const { files } = await sealContainer(of, layout, store);
    const again = () => rehearseContainer({ headerBytes: HEADER.length, fileKey: of.fileKey }, layout, files, store);
    store.bytes[150_000]! ^= 1;
    await expect(again()).rejects.toThrow();
    store.bytes[150_000]! ^= 1;
    await expect(rehearseContainer({ headerBytes: HEADER.length, fileKey: new Uint8Array(16) }, layout, files, store)).rejects.toThrow();
    await again();
    store.bytes = store.bytes.slice(0, -(65536 + 16));
    await expect(again()).rejects.toThrow();
  });

  it("are not made of a file that can no longer be read, and stop when asked", async () => {
    const gone: Source = { name: "a.pdf", size: 10, read: () => Promise.reject(new DOMException("", "NotReadableError")) };
    const layout = layoutOf({ kind: "technical", form: {}, files: [gone] });
    await expect(sealContainer(of, layout, new Memory())).rejects.toThrow(new BundleRefused("file-changed"));
    const stop = { going: () => Promise.reject(new DOMException("", "AbortError")) };
    const whole = layoutOf({ kind: "technical", form: {}, files: [source("a", noise(9))] });
    await expect(sealContainer(of, whole, new Memory(), stop)).rejects.toThrow("");
  });
});
