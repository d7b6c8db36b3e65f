/** Sound and picture: offers to whoever is named, answers to whoever sends, tries again, and ends. */
import { beforeEach, expect, test } from "vitest";

import { openMedia, type Media, type Tile } from "@/rooms/media";

class FakeConnection {
  connectionState = "new";
  iceGatheringState = "complete";
  signalingState = "stable";
  localDescription: { sdp: string } | null = null;
  remote = "";
  sent: string[] = [];
  closed = false;
  onconnectionstatechange: (() => void) | null = null;
  onicegatheringstatechange: (() => void) | null = null;
  ontrack: ((event: unknown) => void) | null = null;
  addTransceiver(track: { kind: string }, how: { direction: string }) {
    this.sent.push(`${track.kind} ${how.direction}`);
  }
  async setLocalDescription() {
    this.localDescription = { sdp: `described ${this.sent.join()}` };
    this.signalingState = this.remote ? "stable" : "have-local-offer";
  }
  async setRemoteDescription({ sdp }: { sdp: string }) {
    this.remote = sdp;
    this.signalingState = "stable";
  }
  close() {
    this.closed = true;
  }
}

let connections: FakeConnection[] = [];
let timers: (() => void)[] = [];
let asked: Record<string, unknown>[] = [];
let tiles: Tile[] = [];
let refuses = false;

const track = (kind: string) => ({ kind });
const camera = {
  id: "camera",
  getAudioTracks: () => [track("audio")],
  getVideoTracks: () => [track("video")],
} as unknown as MediaStream;

function opened(): Media {
  const media = openMedia(
    {
      connection: () => {
        connections.push(new FakeConnection());
        return connections.at(-1) as unknown as RTCPeerConnection;
      },
      later: (callback) => {
        timers.push(callback);
        return () => (timers = timers.filter((one) => one !== callback));
      },
    },
    async (request) => {
      asked.push(request);
      if (refuses) throw new Error("refused");
    },
    (now) => (tiles = now),
  );
  media.sends(camera, null);
  return media;
}

const path = (peer: string, kinds: string[], seat: number | null = null) => ({ peer, viewer: "member", seat, kinds });
const floor = (receivers: unknown[], senders: unknown[], you = "me") =>
  ({ type: "media.floor", you, receivers, senders, ice_servers: [] }) as unknown as Parameters<Media["take"]>[0];
const settled = () => new Promise((done) => setTimeout(done));

beforeEach(() => {
  connections = [];
  timers = [];
  asked = [];
  tiles = [];
  refuses = false;
});

test("an offer goes to whoever is named, with what may go there, and is answered", async () => {
  const media = opened();
  media.take(floor([path("a", ["picture"]), path("b", ["picture", "sound"])], []));
  await settled();
  expect(asked.map((one) => [one.type, one.to, one.sdp])).toEqual([
    ["media.offer", "a", "described video sendonly"],
    ["media.offer", "b", "described audio sendonly,video sendonly"],
  ]);
  media.take({ type: "media.answered", peer: "b", sdp: "answer" });
  media.take({ type: "media.answered", peer: "stranger", sdp: "answer" });
  await settled();
  expect(connections.map((one) => one.remote)).toEqual(["", "answer"]);
});

test("a path that changes is made anew, and one that is gone is closed", async () => {
  const media = opened();
  media.take(floor([path("a", ["picture", "sound"])], []));
  await settled();
  media.take(floor([path("a", ["picture"])], []));
  await settled();
  media.take(floor([], []));
  expect(connections.map((one) => one.closed)).toEqual([true, true]);
  expect(asked.length).toBe(2);
});

test("who sends is shown once its stream comes, and gone with its path", async () => {
  const media = opened();
  media.take({ type: "media.offered", peer: "s", sdp: "unasked" });
  await settled();
  expect(connections).toEqual([]);
  media.take(floor([], [path("s", ["picture", "screen", "sound"], 2)]));
  media.take({ type: "media.offered", peer: "s", sdp: "offer" });
  await settled();
  expect(asked).toEqual([{ type: "media.answer", to: "s", sdp: "described " }]);
  for (const [kind, id] of [["audio", "camera"], ["video", "camera"], ["video", "screen"]]) {
    connections[0]?.ontrack?.({ track: { kind }, streams: [{ id }] });
  }
  expect(tiles.map((one) => [one.seat, one.stream.id, one.screen])).toEqual([
    [2, "camera", false],
    [2, "screen", true],
  ]);
  media.take(floor([], []));
  expect(tiles).toEqual([]);
});

test("what fails is tried again a few times and no more", async () => {
  refuses = true;
  const media = opened();
  media.take(floor([path("a", ["picture"])], []));
  for (let turn = 0; turn < 9; turn += 1) {
    await settled();
    timers.shift()?.();
  }
  await settled();
  expect(asked.length).toBe(6);
  refuses = false;
  media.take(floor([path("b", ["picture"])], []));
  await settled();
  const last = connections.at(-1);
  if (last) last.connectionState = "failed";
  last?.onconnectionstatechange?.();
  timers.shift()?.();
  await settled();
  expect(asked.filter((one) => one.to === "b").length).toBe(2);
});

test("with a lost line everything ends, and another name begins anew", async () => {
  const media = opened();
  media.take(floor([path("a", ["picture"])], []));
  await settled();
  media.take(floor([path("a", ["picture"])], [], "another"));
  await settled();
  expect(connections.map((one) => one.closed)).toEqual([true, false]);
  media.end();
  expect(connections.every((one) => one.closed)).toBe(true);
});
