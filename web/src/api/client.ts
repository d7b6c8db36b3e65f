/** One way to ask the platform: a door by its name, typed by what the platform says of it. */
import { Problem, readProblem } from "@/api/problems";
import { WORKSTATION_HEADER, workstationOf } from "@/domain/workstation";
import type { Doors } from "@/generated/api";

type Door = keyof Doors;
export type Answer<D extends Door> = Doors[D] extends { answer: infer A } ? A : never;

type Asked<D extends Door> = Pick<Doors[D], Extract<keyof Doors[D], "path" | "query" | "body">>;
interface Options {
  signal?: AbortSignal;
  /** The version that was read, where a change must not overwrite somebody else's. */
  ifMatch?: string;
}

const PREFIX = "/api/v1";
const TIMEOUT_MILLISECONDS = 30_000;
const BYTES_TIMEOUT_MILLISECONDS = 600_000;

let csrfToken = "";

/** Remember the token that a session kept in a cookie repeats with every change. */
export function setCsrfToken(token: string): void {
  csrfToken = token;
}

/** Knock at a door. Throws Problem. */
export async function call<D extends Door>(
  door: D,
  asked: Asked<D>,
  options: Options = {},
): Promise<Answer<D>> {
  const answer = await ask(door, asked as Loose, options);
  if (answer.status === 204) return undefined as Answer<D>;
  return (await answer.json()) as Answer<D>;
}

/** Fetch the bytes behind a door. Throws Problem. */
export async function download<D extends Door>(door: D, asked: Asked<D>): Promise<Blob> {
  return await (await ask(door, asked as Loose, {})).blob();
}

/** Send bytes through a door; a part of a file is as large as it is, so it may take its time. Throws Problem. */
export async function send<D extends Door>(door: D, asked: Asked<D>, bytes: Blob, options: Options = {}): Promise<void> {
  await ask(door, asked as Loose, options, bytes);
}

interface Loose {
  path?: Record<string, string | number>;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
}

async function ask(door: string, asked: Loose, options: Options, bytes?: Blob): Promise<Response> {
  const [method = "GET", template = ""] = door.split(" ");
  const headers = new Headers();
  if (asked.body !== undefined) headers.set("Content-Type", "application/json");
  if (bytes !== undefined) headers.set("Content-Type", "application/octet-stream");
  // One for each call: what a browser or a proxy sends twice is done once.
  if (method === "POST") headers.set("Idempotency-Key", freshKey());
  if (method !== "GET" && csrfToken) headers.set("X-CSRF-Token", csrfToken);
  if (options.ifMatch !== undefined) headers.set("If-Match", `"${options.ifMatch}"`);
  const workstation = workstationOf(localStorage);
  if (workstation) headers.set(WORKSTATION_HEADER, workstation.token);
  const limit = AbortSignal.timeout(bytes === undefined ? TIMEOUT_MILLISECONDS : BYTES_TIMEOUT_MILLISECONDS);
  let answer: Response;
  try {
    answer = await fetch(PREFIX + address(template, asked), {
      method,
      headers,
      body: bytes ?? (asked.body === undefined ? undefined : JSON.stringify(asked.body)),
      credentials: "same-origin",
      signal: options.signal ? AbortSignal.any([limit, options.signal]) : limit,
    });
  } catch (thrown) {
    if (options.signal?.aborted) throw thrown;
    throw new Problem("network");
  }
  if (!answer.ok) throw await readProblem(answer);
  return answer;
}

/** 128 random bits. Not `randomUUID`, which pages without TLS do not have. */
function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The address of a door: path parameters filled in, the query behind it. */
export function address(template: string, asked: Loose): string {
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(asked.path?.[name] ?? "")),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked.query ?? {})) {
    if (value !== undefined && value !== "") query.set(name, String(value));
  }
  return query.size > 0 ? `${path}?${query}` : path;
}
