/**
 * The line to a room (docs/specs/room-protocol-v1.md): a ticket, `hello`, then entries in order.
 * When it breaks it comes back by itself, each time a little later, and resumes after the last
 * `seq` seen. What the outside gives (tickets, sockets, time, chance) are arguments.
 */
import { Problem } from "@/api/problems";
import type { Ack, ClientMessage, EntryFrame, HallPresence, Presence, ServerMessage, Snapshot, StandingView } from "@/generated/rooms";
import type { MediaMessage } from "@/rooms/media";

export type LineState =
  | { kind: "connecting" }
  | { kind: "live" }
  | { kind: "waiting"; milliseconds: number }
  | { kind: "ended"; code: number };

/** A message of a client without the id, which the line gives. */
export type Request = ClientMessage extends infer M
  ? M extends { id: string }
    ? Omit<M, "id">
    : never
  : never;

export interface Outside {
  ticket(): Promise<string>;
  socket(): WebSocket;
  /** Call back after so many milliseconds; the answer cancels it. */
  later(callback: () => void, milliseconds: number): () => void;
  chance(): number;
}

export interface Listener {
  state(state: LineState): void;
  snapshot(snapshot: Snapshot): void;
  resumed(standing: StandingView): void;
  entry(entry: EntryFrame): void;
  presence(presence: Presence): void;
  inHall(presence: HallPresence): void;
  media(message: MediaMessage): void;
  /** No ticket was given: there is nothing to wait for. */
  refused(problem: Problem): void;
}

export interface Line {
  send(request: Request): Promise<Ack>;
  /** Connect now instead of waiting. */
  hurry(): void;
  close(): void;
}

const FIRST_WAIT_MILLISECONDS = 500;
const WAIT_MILLISECONDS_MAX = 20_000;
// Shorter than the doubling, so that a thousand lines that broke together do not return together.
const JITTER = 0.5;
const SEAT_TAKEN = 4403;
const FINAL_CODES = new Set([SEAT_TAKEN]);
const NORMAL = 1000;

/** How long to wait before attempt number `failures` (from 1), in milliseconds. */
export function backOff(failures: number, chance: number): number {
  const whole = Math.min(WAIT_MILLISECONDS_MAX, FIRST_WAIT_MILLISECONDS * 2 ** (failures - 1));
  return Math.round(whole * (1 - JITTER * chance));
}

export function openLine(outside: Outside, listener: Listener): Line {
  let seen = 0;
  let failures = 0;
  let next = 0;
  let closed = false;
  let socket: WebSocket | null = null;
  let stopWaiting: (() => void) | null = null;
  const waiting = new Map<string, { done: (ack: Ack) => void; failed: (why: Problem) => void }>();

  async function connect(): Promise<void> {
    stopWaiting = null;
    listener.state({ kind: "connecting" });
    let ticket: string;
    try {
      ticket = await outside.ticket();
    } catch (thrown) {
      const problem = thrown instanceof Problem ? thrown : new Problem("network");
      if (closed) return;
      if (problem.status >= 400 && problem.status < 500 && problem.status !== 429) {
        closed = true;
        listener.refused(problem);
        return;
      }
      again();
      return;
    }
    if (closed) return;
    const mine = (socket = outside.socket());
    mine.onopen = () => mine.send(JSON.stringify({ type: "hello", ticket, after: seen }));
    mine.onmessage = (event: MessageEvent<string>) => {
      if (mine === socket) take(JSON.parse(event.data) as ServerMessage);
    };
    mine.onclose = (event) => {
      if (mine === socket) lost(event.code);
    };
  }

  function take(message: ServerMessage): void {
    switch (message.type) {
      case "snapshot":
        joined(message.seq);
        listener.snapshot(message);
        return;
      case "resumed":
        joined(seen);
        listener.resumed(message.standing);
        return;
      case "entry":
        if (message.seq <= seen) return; // Told twice is told once.
        seen = message.seq;
        listener.entry(message);
        return;
      case "ack":
        settle(message.id)?.done(message);
        return;
      case "refused":
        if (message.id === null) return;
        settle(message.id)?.failed(new Problem(message.code, 409, message));
        return;
      case "presence":
        listener.presence(message);
        return;
      case "hall.presence":
        listener.inHall(message);
        return;
      case "media.floor":
      case "media.offered":
      case "media.answered":
        listener.media(message);
    }
  }

  function joined(seq: number): void {
    seen = seq;
    failures = 0;
    listener.state({ kind: "live" });
  }

  function settle(id: string) {
    const found = waiting.get(id);
    waiting.delete(id);
    return found;
  }

  function lost(code: number): void {
    socket = null;
    for (const one of waiting.values()) one.failed(new Problem("line-lost"));
    waiting.clear();
    if (closed) return;
    if (FINAL_CODES.has(code)) {
      closed = true;
      listener.state({ kind: "ended", code });
      return;
    }
    again();
  }

  function again(): void {
    failures += 1;
    const milliseconds = backOff(failures, outside.chance());
    listener.state({ kind: "waiting", milliseconds });
    stopWaiting = outside.later(() => void connect(), milliseconds);
  }

  void connect();
  return {
    send(request) {
      return new Promise((done, failed) => {
        if (socket?.readyState !== 1) {
          failed(new Problem("line-lost"));
          return;
        }
        next += 1;
        const id = `m${next}`;
        waiting.set(id, { done, failed });
        socket.send(JSON.stringify({ ...request, id }));
      });
    },
    hurry() {
      if (!stopWaiting) return;
      stopWaiting();
      void connect();
    },
    close() {
      closed = true;
      stopWaiting?.();
      socket?.close(NORMAL);
    },
  };
}
