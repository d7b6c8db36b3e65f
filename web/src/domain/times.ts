/** Instants as people in China read them: always Asia/Shanghai, whatever the browser's zone. */

const ZONE = "Asia/Shanghai";
const PARTS = new Intl.DateTimeFormat("en-CA", {
  timeZone: ZONE,
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const WEEKDAY = {
  zh: new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, weekday: "short" }),
  en: new Intl.DateTimeFormat("en", { timeZone: ZONE, weekday: "short" }),
};

type At = string | number;

/** "2026-11-23". */
export function day(at: At): string {
  const part = partsOf(at);
  return `${part.year}-${part.month}-${part.day}`;
}

/** "2026-11-23 10:00". */
export function minute(at: At): string {
  const part = partsOf(at);
  return `${day(at)} ${part.hour}:${part.minute}`;
}

/** The first instant that is too late, as a period's end is written: "2026-11-22 24:00". */
export function untilMinute(at: At): string {
  const text = minute(at);
  if (!text.endsWith(" 00:00")) return text;
  return `${day(new Date(at).getTime() - 1)} 24:00`;
}

/** "2026-11-23 10:00:05". */
export function second(at: At): string {
  return `${day(at)} ${clockTime(at)}`;
}

/** "10:00:05". */
export function clockTime(at: At): string {
  const part = partsOf(at);
  return `${part.hour}:${part.minute}:${part.second}`;
}

/** "周一" or "Mon". */
export function weekday(at: At, language: "zh" | "en"): string {
  return WEEKDAY[language].format(new Date(at));
}

/** The instant that a field of a form shows, on the clock of Shanghai: "2026-11-23T10:00". */
export function toWall(at: At): string {
  return minute(at).replace(" ", "T");
}

/** The instant, RFC 3339 in UTC, of what somebody wrote in such a field. */
export function fromWall(text: string): string {
  return new Date(`${text}:00+08:00`).toISOString();
}

/** An instant as statements are signed over it: in UTC with microseconds. */
export function microInstant(at: string): string {
  return new Date(at).toISOString().replace("Z", "000Z");
}

/** What is left until an instant; all zero when it has come. */
export interface Left {
  days: number;
  hours: number;
  minutes: number;
  seconds: number;
  over: boolean;
}

/** What is left from `now` until `until`, both in ms since 1970. */
export function left(until: number, now: number): Left {
  const all = Math.max(0, Math.ceil((until - now) / 1000));
  return {
    days: Math.floor(all / 86_400),
    hours: Math.floor(all / 3600) % 24,
    minutes: Math.floor(all / 60) % 60,
    seconds: all % 60,
    over: until <= now,
  };
}

function partsOf(at: At): Record<string, string> {
  return Object.fromEntries(PARTS.formatToParts(new Date(at)).map((one) => [one.type, one.value]));
}

/** "3 s", "5 min", "2 h": a median in the largest unit that leaves it at least one. */
export function inUnits(seconds: number): { key: "seconds" | "minutes" | "hours"; count: number } {
  if (seconds < 60) return { key: "seconds", count: seconds };
  if (seconds < 3600) return { key: "minutes", count: Math.round(seconds / 60) };
  return { key: "hours", count: Math.round(seconds / 360) / 10 };
}
