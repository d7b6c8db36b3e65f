/** Money: whole fen in, texts for people out. No fractions of a number on the way. */

const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const SMALL_UNITS = ["", "拾", "佰", "仟"];
const GROUP_UNITS = ["", "万", "亿", "兆"];

/** 123456789 fen → "1,234,567.89". */
export function yuan(fen: number): string {
  const sign = fen < 0 ? "-" : "";
  const text = Math.abs(fen).toString().padStart(3, "0");
  const whole = text.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${sign}${whole}.${text.slice(-2)}`;
}

/** "1,234,567.89" yuan → 123456789 fen; null for what is no amount above zero that fen can hold exactly. */
export function fenOf(text: string): number | null {
  const found = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(text.replace(/[,，\s]/g, ""));
  if (!found) return null;
  const fen = Number((found[1] ?? "") + (found[2] ?? "").padEnd(2, "0"));
  return fen > 0 ? fen : null;
}

/** A decimal text of yuan with its thousands apart: "1020000.00" → "1,020,000.00". */
export function grouped(yuanText: string): string {
  const [whole = "", fraction] = yuanText.split(".");
  const apart = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? apart : `${apart}.${fraction}`;
}

/** The amount in 万元, exactly, without trailing zeros: 1234500000 fen → "1,234.5". */
export function tenThousandYuan(fen: number): string {
  const text = fen.toString().padStart(7, "0");
  const whole = text.slice(0, -6).replace(/\B(?=(\d{3})+$)/g, ",");
  const fraction = text.slice(-6).replace(/0+$/, "");
  return fraction ? `${whole}.${fraction}` : whole;
}

/** The amount in Chinese capitals as contracts write it (支付结算办法 附一): "壹拾元整". */
export function capitals(fen: number): string {
  if (fen === 0) return "零元整";
  const whole = Math.floor(fen / 100);
  const jiao = Math.floor(fen / 10) % 10;
  const rest = fen % 10;
  let text = whole > 0 ? `${integerCapitals(whole)}元` : "";
  if (jiao === 0 && rest === 0) return `${text}整`;
  if (jiao > 0) text += `${DIGITS[jiao]}角`;
  else if (whole > 0) text += "零";
  return rest > 0 ? `${text}${DIGITS[rest]}分` : `${text}整`;
}

function integerCapitals(value: number): string {
  const groups: number[] = [];
  for (let left = value; left > 0; left = Math.floor(left / 10_000)) groups.push(left % 10_000);
  let text = "";
  let gap = false;
  for (let place = groups.length - 1; place >= 0; place -= 1) {
    const group = groups[place] ?? 0;
    if (group === 0) {
      gap = text !== "";
      continue;
    }
    if (text !== "" && (gap || group < 1000)) text += DIGITS[0];
    text += groupCapitals(group) + GROUP_UNITS[place];
    gap = false;
  }
  return text;
}

function groupCapitals(group: number): string {
  let text = "";
  let gap = false;
  for (let place = 3; place >= 0; place -= 1) {
    const digit = Math.floor(group / 10 ** place) % 10;
    if (digit === 0) {
      gap = text !== "";
      continue;
    }
    if (gap) text += DIGITS[0];
    text += `${DIGITS[digit]}${SMALL_UNITS[place]}`;
    gap = false;
  }
  return text;
}
