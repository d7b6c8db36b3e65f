/** Reading out (唱标): what is said of each bid, in the order of the list, for ears. */
import { capitals } from "@/domain/money";
import type { OpenedBid, OpenedLot } from "@/domain/opening";

/** A sentence for the voice: always Chinese, as the reading-out is. */
export interface Line {
  /** Whose row it is; null for the first and the last sentence. */
  bidderId: string | null;
  text: string;
}

const FINDINGS: Record<string, string> = {
  "price-missing": "未填报价",
  "above-ceiling": "报价超过最高投标限价",
  "unit-slip-suspected": "报价疑似元与万元单位有误，请核对",
  "amounts-differ": "大写、小写或者正文的金额不一致，请核对",
  "duration-missing": "未填工期",
};
const NOT_OPENED: Record<string, string> = {
  deemed_revoked: "未能解密，视为撤销投标文件",
  deemed_withdrawn: "未能解密，视为撤回投标文件",
  invalid: "投标文件无效",
};

/** The whole reading-out of a lot; nothing before its prices are shown. */
export function linesOf(lot: OpenedLot): Line[] {
  if (!lot.revealed) return [];
  const rows = lot.bids.map((bid, index) => ({ bidderId: bid.bidderId, text: sentence(bid, index) }));
  return [
    { bidderId: null, text: `现在唱标，第${lot.lot}标段，共${lot.bids.length}家投标人。` },
    ...rows,
    { bidderId: null, text: "唱标完毕，请各投标人核对并确认。" },
  ];
}

function sentence(bid: OpenedBid, index: number): string {
  const parts = [`第${index + 1}家，${bid.name}`];
  const ending = NOT_OPENED[bid.verdict];
  if (ending) return `${[...parts, ending].join("，")}。`;
  const price = bid.form?.price_fen;
  // A voice reads digits by guess; capitals leave nothing to guess.
  if (isAmount(price)) parts.push(`投标报价人民币${capitals(price)}`);
  const days = bid.form?.duration_days;
  if (typeof days === "number") parts.push(`工期${days}天`);
  for (const [key, name] of [["quality", "质量"], ["project_manager", "项目经理"]] as const) {
    const said = bid.form?.[key];
    if (typeof said === "string" && said !== "") parts.push(`${name}${said.slice(0, 100)}`);
  }
  for (const finding of bid.findings) parts.push(`提示：${FINDINGS[finding] ?? finding}`);
  return `${parts.join("，")}。`;
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}

export type ReaderState = "silent" | "speaking" | "paused";

/** What a reader needs of a voice: `speak` calls back when it has finished, however it ended. */
export interface Voice {
  speak(text: string, ended: () => void): void;
  cancel(): void;
}

/**
 * Reads lines one by one. A pause ends the sentence and going on says it again from its beginning,
 * because half an amount is worse than one heard twice.
 */
export class Reader {
  private turn = 0;
  state: ReaderState = "silent";
  at = 0;

  constructor(
    private readonly voice: Voice,
    private readonly changed: () => void,
  ) {}

  start(lines: readonly Line[], from = 0): void {
    this.at = from;
    this.go(lines);
  }

  pause(): void {
    if (this.state !== "speaking") return;
    this.stop("paused");
  }

  goOn(lines: readonly Line[]): void {
    if (this.state === "paused") this.go(lines);
  }

  end(): void {
    this.stop("silent");
    this.at = 0;
  }

  private stop(state: ReaderState): void {
    this.turn += 1;
    this.state = state;
    this.voice.cancel();
    this.changed();
  }

  private go(lines: readonly Line[]): void {
    // A sentence that was cut off calls back as well: only the latest turn counts.
    const mine = (this.turn += 1);
    const line = lines[this.at];
    this.state = line ? "speaking" : "silent";
    if (!line) this.at = 0;
    this.changed();
    if (!line) return;
    this.voice.speak(line.text, () => {
      if (mine !== this.turn) return;
      this.at += 1;
      this.go(lines);
    });
  }
}
