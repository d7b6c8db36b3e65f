/** The report on what bids have in common (docs/similarity.md), as lines with their proof. */
interface Words {
  zh: string;
  en: string;
}

interface Place {
  document: string;
  page: number;
}

export interface LikenessReport {
  notice: Words;
  pairs: {
    bids: string[];
    letters: number;
    percent: string;
    passages_found: number;
    passages: { letters: number; places: Place[]; texts: string[] }[];
  }[];
  marks: { bids: string[]; words: Words; places: { bid: string; where: string }[] }[];
  prices: { bids: string[]; words: Words; examples: string[] }[];
}

export interface LikenessLine {
  kind: "pair" | "words";
  values: Record<string, string | number>;
  proof: string[];
}

/** What there is to look at: texts that are the same, then marks of files, then prices. */
export function likenessLines(report: LikenessReport, locale: string): LikenessLine[] {
  const say = (words: Words) => (locale === "zh" ? words.zh : words.en);
  const pairs = report.pairs.map((one): LikenessLine => ({
    kind: "pair",
    values: { bids: one.bids.join(" / "), letters: one.letters, percent: one.percent, found: one.passages_found },
    proof: one.passages.map((passage) => {
      const places = passage.places.map((place, at) => `${one.bids[at] ?? ""} ${place.document} p.${place.page}`);
      return `${places.join(" / ")}: ${passage.texts[0] ?? ""}`;
    }),
  }));
  const marks = report.marks.map((one): LikenessLine => ({
    kind: "words",
    values: { bids: one.bids.join(" / "), words: say(one.words) },
    proof: one.places.map((place) => `${place.bid} ${place.where}`),
  }));
  const prices = report.prices.map((one): LikenessLine => ({
    kind: "words",
    values: { bids: one.bids.join(" / "), words: say(one.words) },
    proof: one.examples,
  }));
  return [...pairs, ...marks, ...prices];
}
