/** The line to a room: joins, resumes after what it has seen, comes back by itself. */
import { beforeEach, describe, expect, test } from "vitest";

import { Problem } from "@/api/problems";
import { backOff, type Line, type Listener, openLine, type Outside } from "@/rooms/line";

class FakeSocket {
  readyState = 1;
  sent: Record<string, unknown>[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(code: number): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
  say(message: Record<string, unknown>): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

let sockets: FakeSocket[];
let timers: { callback: () => void; milliseconds: number }[];
let told: string[];
let tickets: (() => Promise<string>)[];

const outside: Outside = {
  ticket: () => (tickets.shift() ?? (() => Promise.resolve("ticket")))(),
  socket: () => {
    sockets.push(new FakeSocket());
    return sockets.at(-1) as unknown as WebSocket;
  },
  later: (callback, milliseconds) => {
    timers.push({ callback, milliseconds });
    return () => (timers = timers.filter((one) => one.callback !== callback));
  },
  chance: () => 0,
};
const listener: Listener = {
  state: (state) => told.push(state.kind),
  snapshot: (snapshot) => told.push(`snapshot ${snapshot.seq}`),
  resumed: () => told.push("resumed!"),
  entry: (entry) => told.push(`entry ${entry.seq}`),
  presence: () => told.push("presence"),
  inHall: () => told.push("in hall"),
  media: (message) => told.push(message.type),
  refused: (problem) => told.push(`refused ${problem.code}`),
};

async function joined(seq = 5): Promise<Line> {
  const line = openLine(outside, listener);
  await connected();
  sockets.at(-1)?.say({ type: "snapshot", seq, standing: {}, room: {} });
  return line;
}

async function connected(): Promise<void> {
  await new Promise((done) => setTimeout(done));
  sockets.at(-1)?.onopen?.();
}

function entry(seq: number): Record<string, unknown> {
  return { type: "entry", seq, kind: "room.said", body: {}, at: "2026-11-23T02:00:00Z" };
}

beforeEach(() => {
  sockets = [];
  timers = [];
  told = [];
  tickets = [];
});

describe("joining", () => {
  test("a newcomer says hello after 0 and gets a snapshot", async () => {
    await joined();

    expect(sockets[0]?.sent).toEqual([{ type: "hello", ticket: "ticket", after: 0 }]);
    expect(told).toEqual(["connecting", "live", "snapshot 5"]);
  });

  test("whoever gets no ticket is told why and not tried again", async () => {
    tickets.push(() => Promise.reject(new Problem("not-found", 404)));

    openLine(outside, listener);
    await connected();

    expect(told).toEqual(["connecting", "refused not-found"]);
    expect(timers).toEqual([]);
  });

  test("a platform that cannot be reached is tried again", async () => {
    tickets.push(() => Promise.reject(new Problem("network")));

    openLine(outside, listener);
    await connected();

    expect(told).toEqual(["connecting", "waiting"]);
    expect(timers).toHaveLength(1);
  });
});

describe("a line that breaks", () => {
  test("resumes after the last entry seen", async () => {
    await joined();
    sockets[0]?.say(entry(7));
    sockets[0]?.close(1006);
    timers[0]?.callback();
    await connected();

    expect(sockets[1]?.sent).toEqual([{ type: "hello", ticket: "ticket", after: 7 }]);
  });

  test("is waited for longer each time, up to a limit", () => {
    expect([1, 2, 3, 9].map((failures) => backOff(failures, 0))).toEqual([500, 1000, 2000, 20_000]);
    expect(backOff(1, 1)).toBe(250);
  });

  test("is not taken up again once the seat is somebody else's", async () => {
    await joined();
    sockets[0]?.close(4403);

    expect(told.at(-1)).toBe("ended");
    expect(timers).toEqual([]);
  });

  test("leaves a request without an answer in doubt", async () => {
    const line = await joined();
    const asked = line.send({ type: "say", text: "示范" });
    sockets[0]?.close(1006);

    await expect(asked).rejects.toMatchObject({ code: "line-lost" });
  });

  test("that was closed on purpose stays closed", async () => {
    const line = await joined();
    line.close();

    expect(timers).toEqual([]);
  });
});

describe("requests", () => {
  test("are answered by their id", async () => {
    const line = await joined();
    const first = line.send({ type: "say", text: "一" });
    const second = line.send({ type: "say", text: "二" });
    sockets[0]?.say({ type: "refused", id: "m2", code: "silent-now", detail: "", parameters: {} });
    sockets[0]?.say({ type: "ack", id: "m1", seq: 9 });

    await expect(first).resolves.toMatchObject({ seq: 9 });
    await expect(second).rejects.toMatchObject({ code: "silent-now" });
  });

  test("entries told twice are told once", async () => {
    await joined();
    sockets[0]?.say(entry(6));
    sockets[0]?.say(entry(6));

    expect(told.filter((one) => one === "entry 6")).toHaveLength(1);
  });
});
