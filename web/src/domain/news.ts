/** Kinds of news by what they are about: the part of a kind before its point. */

export interface Subject {
  subject: string;
  kinds: string[];
}

export function subjectsOf(kinds: readonly string[]): Subject[] {
  const found = new Map<string, string[]>();
  for (const kind of kinds) {
    const [subject = ""] = kind.split(".");
    found.set(subject, [...(found.get(subject) ?? []), kind]);
  }
  return [...found].map(([subject, of]) => ({ subject, kinds: of }));
}
