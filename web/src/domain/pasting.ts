/** Tables out of a spreadsheet: cells as they are copied, and rows that say what is wrong with them. */
import { fenOf } from "@/domain/money";

export const ROWS_MAX = 5_000;

/** What is wrong with a cell: the row as it was pasted (from 1), and why, by a key of the texts. */
export interface CellFault {
  row: number;
  cell: string;
  why: "title" | "amount" | "number" | "choice" | "twice" | "columns" | "rows";
}

export interface Pasted<T> {
  rows: T[];
  faults: CellFault[];
}

/** Rows of cells as spreadsheets copy them: tabs, line ends, quotes around what contains either. */
export function cellsOf(text: string): string[][] {
  const rows: string[][] = [];
  const separator = text.includes("\t") ? "\t" : ",";
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const endCell = (): void => {
    row.push(cell.trim());
    cell = "";
  };
  const endRow = (): void => {
    endCell();
    if (row.some((one) => one !== "")) rows.push(row);
    row = [];
  };
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (letter === '"' && cell.trim() === "") {
      quoted = true;
      cell = "";
    } else if (letter === separator) endCell();
    else if (letter === "\n") endRow();
    else if (letter !== "\r") cell += letter;
  }
  endRow();
  return rows;
}

/** Read each row but a heading; rows with a fault are told and left out. */
function readRows<T>(
  text: string,
  isHeading: (cells: string[]) => boolean,
  read: (cells: string[], fault: (cell: string, why: CellFault["why"]) => null) => T | null,
): Pasted<T> {
  const found: Pasted<T> = { rows: [], faults: [] };
  const all = cellsOf(text);
  if (all.length > ROWS_MAX) return { rows: [], faults: [{ row: ROWS_MAX + 1, cell: "", why: "rows" }] };
  all.forEach((cells, index) => {
    if (index === 0 && isHeading(cells)) return;
    const fault = (cell: string, why: CellFault["why"]): null => {
      found.faults.push({ row: index + 1, cell, why });
      return null;
    };
    const one = read(cells, fault);
    if (one !== null) found.rows.push(one);
  });
  return found;
}

export interface LotCells {
  title: string;
  estimate_fen: number;
  ceiling_price_fen: number;
  bid_security_fen: number;
}

/** Lots: title, estimate, ceiling, bid security, in yuan. */
export function pastedLots(text: string): Pasted<LotCells> {
  return readRows(
    text,
    (cells) => fenOf(cells[1] ?? "") === null && /估算|限价|estimate|ceiling/i.test(cells.join(" ")),
    ([title = "", estimate = "", ceiling = "", security = ""], fault) => {
      if (!title || title.length > 200) return fault(title, "title");
      const [estimate_fen, ceiling_price_fen] = [fenOf(estimate), fenOf(ceiling)];
      const bid_security_fen = /^0*(\.0*)?$/.test(security) ? 0 : fenOf(security);
      if (estimate_fen === null) return fault(estimate, "amount");
      if (ceiling_price_fen === null) return fault(ceiling, "amount");
      if (bid_security_fen === null) return fault(security, "amount");
      return { title, estimate_fen, ceiling_price_fen, bid_security_fen };
    },
  );
}

export interface CriterionCells {
  title: string;
  section: "technical" | "business";
  kind: "subjective" | "objective";
  max_points: string;
  decimals: number;
}

const SECTIONS: Readonly<Record<string, CriterionCells["section"]>> = {
  "": "technical",
  技术: "technical",
  technical: "technical",
  商务: "business",
  business: "business",
};
const KINDS: Readonly<Record<string, CriterionCells["kind"]>> = {
  "": "subjective",
  主观: "subjective",
  subjective: "subjective",
  客观: "objective",
  objective: "objective",
};
const POINTS = /^\d{1,6}(\.\d{1,6})?$/;

/** Criteria: title, most points, section, kind, decimals. */
export function pastedCriteria(text: string): Pasted<CriterionCells> {
  const titles = new Set<string>();
  return readRows(
    text,
    (cells) => !POINTS.test(cells[1] ?? "") && /分值|满分|points/i.test(cells.join(" ")),
    ([title = "", points = "", section = "", kind = "", decimals = ""], fault) => {
      if (!title || title.length > 200) return fault(title, "title");
      if (titles.has(title)) return fault(title, "twice");
      if (!POINTS.test(points)) return fault(points, "number");
      const [inSection, ofKind] = [SECTIONS[section.toLowerCase()], KINDS[kind.toLowerCase()]];
      if (!inSection) return fault(section, "choice");
      if (!ofKind) return fault(kind, "choice");
      if (!/^\d?$/.test(decimals)) return fault(decimals, "number");
      titles.add(title);
      return { title, section: inSection, kind: ofKind, max_points: points, decimals: Number(decimals || "1") };
    },
  );
}

export interface BidCells {
  id: string;
  price_fen: number;
  points: string[];
}

/** Example bids: name, price in yuan, then the points of each criterion in its order. */
export function pastedBids(text: string, criteria: number): Pasted<BidCells> {
  const names = new Set<string>();
  return readRows(
    text,
    (cells) => fenOf(cells[1] ?? "") === null && /报价|price/i.test(cells.join(" ")),
    ([id = "", price = "", ...rest], fault) => {
      if (!id || id.length > 200) return fault(id, "title");
      if (names.has(id)) return fault(id, "twice");
      const price_fen = fenOf(price);
      if (price_fen === null) return fault(price, "amount");
      const points = rest.slice(0, criteria);
      if (points.length < criteria) return fault(String(points.length), "columns");
      const odd = points.find((one) => !POINTS.test(one));
      if (odd !== undefined) return fault(odd, "number");
      names.add(id);
      return { id, price_fen, points };
    },
  );
}
