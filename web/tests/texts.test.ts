/** Texts: both languages say everything, and every reason the platform can give has a sentence. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

import { KINDS, sentenceOf } from "@/domain/record";
import en from "@/locales/en";
import zh from "@/locales/zh";

type Tree = { [key: string]: string | Tree };

function flat(tree: Tree, prefix = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === "string") found.set(prefix + key, value);
    else for (const [path, text] of flat(value, `${prefix}${key}.`)) found.set(path, text);
  }
  return found;
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").sort();
}

function inTree(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

function codesIn(file: string): string[] {
  const codes = readFileSync(file, "utf-8").matchAll(/^ {4}code = "([a-z0-9-]+)"$/gm);
  return [...codes].map((match) => match[1] ?? "");
}

const chinese = flat(zh);
const english = flat(en);

test("both languages have the same texts, none of them empty", () => {
  expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort());
  expect([...chinese, ...english].filter(([, text]) => text.trim() === "")).toEqual([]);
});

test("a text has the same values in both languages", () => {
  const differ = [...chinese].filter(
    ([key, text]) => placeholders(text).join() !== placeholders(english.get(key) ?? "").join(),
  );

  expect(differ.map(([key]) => key)).toEqual([]);
});

test("no text has a character that the message format would take for its own", () => {
  const odd = [...chinese, ...english].filter(([, text]) => /[@|$]|\{(?!\w+\})/.test(text));

  expect(odd).toEqual([]);
});

const REFUSALS = readdirSync(inTree("tendering/domain/refusals"))
  .filter((name) => name.endsWith(".py"))
  .map((name) => `tendering/domain/refusals/${name}`);

describe.each([...REFUSALS, "tendering/api/problems.py"])("%s", (module) => {
  test("every code has a sentence", () => {
    const codes = codesIn(inTree(module));

    expect(codes).not.toEqual([]);
    expect(codes.filter((code) => !(code in zh.problems))).toEqual([]);
    expect(codes.filter((code) => !(code in en.problems))).toEqual([]);
  });
});

test("every kind of the public record has a sentence", () => {
  const keys = KINDS.map(
    (kind) => sentenceOf({ seq: 1, kind, body: {}, at: "2026-11-23T02:00:00Z" }, new Map()).key,
  );

  expect(keys.filter((key) => !(key in zh.record))).toEqual([]);
});

test("every subject of news has a name by which it is muted", () => {
  const rows = ["notification_texts.py", "notification_texts_of_results.py"].map((name) =>
    readFileSync(inTree(`tendering/domain/${name}`), "utf-8"),
  );
  const kinds = [...rows.join("").matchAll(/^ {4}"([a-z_]+)\.[a-z_]+": (?:rows_for)?\(/gm)].map((match) => match[1] ?? "");

  expect(kinds.length).toBeGreaterThan(40);
  expect(kinds.filter((subject) => !(subject in zh.messages.subjects))).toEqual([]);
});
