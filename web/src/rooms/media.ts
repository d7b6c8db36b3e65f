/**
 * Sound and picture of a room (docs/media.md): one connection for each way, from who sends to who
 * sees. Who sees whom the platform says (`media.floor`); descriptions travel over the room's line,
 * whole, with all candidates. What the browser gives (connections, time) are arguments.
 */
import type { MediaAnswered, MediaFloor, MediaOffered, MediaPath } from "@/generated/rooms";
import type { Request } from "@/rooms/line";

export type MediaMessage = MediaFloor | MediaOffered | MediaAnswered;
export type Kind = MediaPath["kinds"][number];

/** Somebody to be seen: a camera (with its sound), or a screen. */
export interface Tile {
  key: string;
  viewer: string;
  seat: number | null;
  screen: boolean;
  stream: MediaStream;
}

export interface Browser {
  connection(servers: MediaFloor["ice_servers"]): RTCPeerConnection;
  /** Call back after so many milliseconds; the answer cancels it. */
  later(callback: () => void, milliseconds: number): () => void;
}

export interface Media {
  /** What this side sends from now on; the platform must have been told (`media.join`). */
  sends(camera: MediaStream | null, screen: MediaStream | null): void;
  take(message: MediaMessage): void;
  /** The line broke, or one leaves: everything ends here. */
  end(): void;
}

const GATHERING_MILLISECONDS_MAX = 2000;
const AGAIN_MILLISECONDS = 1000;
const TRIES_MAX = 5;

interface Sending {
  connection: RTCPeerConnection;
  kinds: string;
  tries: number;
}

export function openMedia(
  browser: Browser,
  send: (request: Request) => Promise<unknown>,
  show: (tiles: Tile[]) => void,
): Media {
  const sending = new Map<string, Sending>();
  const receiving = new Map<string, RTCPeerConnection>();
  const tiles = new Map<string, Tile>();
  const waiting = new Set<() => void>();
  let floor: MediaFloor | null = null;
  let camera: MediaStream | null = null;
  let screen: MediaStream | null = null;

  function take(message: MediaMessage): void {
    if (message.type === "media.floor") follow(message);
    else if (message.type === "media.offered") void answer(message);
    else void accept(message);
  }

  function follow(now: MediaFloor): void {
    // Another name for this side: the line was lost, and nobody knows the old connections.
    if (floor && floor.you !== now.you) stopAll();
    floor = now;
    for (const [peer, one] of sending) {
      const path = now.receivers.find((each) => each.peer === peer);
      if (path?.kinds.join() !== one.kinds) stopSending(peer);
    }
    for (const path of now.receivers) if (!sending.has(path.peer)) void offer(path, 0);
    for (const peer of receiving.keys()) {
      if (!now.senders.some((path) => path.peer === peer)) stopReceiving(peer);
    }
    showAll();
  }

  async function offer(path: MediaPath, tries: number): Promise<void> {
    const tracks = tracksOf(path.kinds);
    if (tracks.length === 0) return;
    const connection = browser.connection(floor?.ice_servers ?? []);
    sending.set(path.peer, { connection, kinds: path.kinds.join(), tries });
    for (const { track, stream } of tracks) {
      connection.addTransceiver(track, { direction: "sendonly", streams: [stream] });
    }
    connection.onconnectionstatechange = () => {
      if (connection.connectionState === "failed") again(path, connection);
    };
    try {
      await connection.setLocalDescription();
      await gathered(connection);
      await send({ type: "media.offer", to: path.peer, sdp: connection.localDescription?.sdp ?? "" });
    } catch {
      again(path, connection);
    }
  }

  function again(path: MediaPath, connection: RTCPeerConnection): void {
    const one = sending.get(path.peer);
    if (one?.connection !== connection) return;
    connection.close();
    if (one.tries >= TRIES_MAX) return;
    later(() => {
      if (sending.get(path.peer) !== one) return;
      sending.delete(path.peer);
      void offer(path, one.tries + 1);
    }, AGAIN_MILLISECONDS);
  }

  async function accept(message: MediaAnswered): Promise<void> {
    const one = sending.get(message.peer);
    if (one?.connection.signalingState !== "have-local-offer") return;
    try {
      await one.connection.setRemoteDescription({ type: "answer", sdp: message.sdp });
    } catch {
      stopSending(message.peer);
    }
  }

  async function answer(message: MediaOffered): Promise<void> {
    const path = floor?.senders.find((one) => one.peer === message.peer);
    if (!path) return;
    stopReceiving(message.peer);
    const connection = browser.connection(floor?.ice_servers ?? []);
    receiving.set(message.peer, connection);
    connection.ontrack = (event) => receive(path, event);
    try {
      await connection.setRemoteDescription({ type: "offer", sdp: message.sdp });
      await connection.setLocalDescription();
      await gathered(connection);
      await send({ type: "media.answer", to: message.peer, sdp: connection.localDescription?.sdp ?? "" });
    } catch {
      // The sender offers again when it notices.
      if (receiving.get(message.peer) === connection) stopReceiving(message.peer);
    }
  }

  function receive(path: MediaPath, event: RTCTrackEvent): void {
    const stream = event.streams[0] ?? new MediaStream([event.track]);
    // A camera comes before a screen; sound goes with the camera.
    const first = [...tiles.values()].find((tile) => tile.key.startsWith(`${path.peer} `));
    const known = first?.stream.id === stream.id ? first : null;
    const isScreen = !path.kinds.includes("picture") ? event.track.kind === "video" : !!first && !known;
    const key = `${path.peer} ${stream.id}`;
    if (!known) tiles.set(key, { key, viewer: path.viewer, seat: path.seat ?? null, screen: isScreen, stream });
    showAll();
  }

  function tracksOf(kinds: readonly Kind[]): { track: MediaStreamTrack; stream: MediaStream }[] {
    const found: { track: MediaStreamTrack; stream: MediaStream }[] = [];
    const add = (stream: MediaStream | null, tracks: MediaStreamTrack[] | undefined) => {
      for (const track of tracks ?? []) if (stream) found.push({ track, stream });
    };
    if (kinds.includes("sound")) add(camera, camera?.getAudioTracks());
    if (kinds.includes("picture")) add(camera, camera?.getVideoTracks());
    if (kinds.includes("screen")) add(screen, screen?.getVideoTracks());
    return found;
  }

  function gathered(connection: RTCPeerConnection): Promise<void> {
    return new Promise((done) => {
      if (connection.iceGatheringState === "complete") return done();
      const stop = later(done, GATHERING_MILLISECONDS_MAX);
      connection.onicegatheringstatechange = () => {
        if (connection.iceGatheringState !== "complete") return;
        stop();
        done();
      };
    });
  }

  function later(callback: () => void, milliseconds: number): () => void {
    const stop = browser.later(() => {
      waiting.delete(stop);
      callback();
    }, milliseconds);
    waiting.add(stop);
    return stop;
  }

  function stopSending(peer: string): void {
    sending.get(peer)?.connection.close();
    sending.delete(peer);
  }

  function stopReceiving(peer: string): void {
    receiving.get(peer)?.close();
    receiving.delete(peer);
    for (const key of tiles.keys()) if (key.startsWith(`${peer} `)) tiles.delete(key);
  }

  function stopAll(): void {
    for (const stop of waiting) stop();
    waiting.clear();
    for (const peer of [...sending.keys()]) stopSending(peer);
    for (const peer of [...receiving.keys()]) stopReceiving(peer);
  }

  function showAll(): void {
    show([...tiles.values()].sort((one, other) => (one.seat ?? 0) - (other.seat ?? 0)));
  }

  return {
    sends(newCamera, newScreen) {
      camera = newCamera;
      screen = newScreen;
    },
    take,
    end() {
      stopAll();
      floor = null;
      showAll();
    },
  };
}
