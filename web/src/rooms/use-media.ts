/** Sound and picture of the room on a page: the devices, who is to be seen, and the way back in. */
import { onScopeDispose, ref, shallowRef, watch } from "vue";

import { openMedia, type Kind, type Tile } from "@/rooms/media";
import type { RoomOnPage } from "@/rooms/use-room";

const PICTURE = { width: { ideal: 320 }, height: { ideal: 240 }, frameRate: { ideal: 15, max: 24 } };

export function useMedia(room: RoomOnPage) {
  const tiles = shallowRef<Tile[]>([]);
  const camera = shallowRef<MediaStream | null>(null);
  const screen = shallowRef<MediaStream | null>(null);
  const watching = ref(false);
  /** Why there is no picture of one's own: `denied`, `missing`, or empty. */
  const trouble = ref<"" | "denied" | "missing">("");

  const media = openMedia(
    {
      connection: (servers) =>
        new RTCPeerConnection({
          iceServers: servers.map(({ urls, username, credential }) => ({
            urls: [...urls],
            ...(username ? { username, credential } : {}),
          })),
        }),
      later: (callback, milliseconds) => {
        const timer = setTimeout(callback, milliseconds);
        return () => clearTimeout(timer);
      },
    },
    (request) => room.tell(request),
    (now) => (tiles.value = now),
  );
  room.hearMedia((message) => media.take(message));

  async function join(): Promise<void> {
    watching.value = true;
    const sends: Kind[] = [];
    if (camera.value?.getVideoTracks().length) sends.push("picture");
    if (camera.value?.getAudioTracks().length) sends.push("sound");
    if (screen.value) sends.push("screen");
    media.end();
    media.sends(camera.value, screen.value);
    watching.value = await room.ask({ type: "media.join", sends });
  }

  async function turnOn(): Promise<void> {
    trouble.value = "";
    try {
      camera.value = await navigator.mediaDevices.getUserMedia({ video: PICTURE, audio: true });
    } catch (thrown) {
      trouble.value = (thrown as DOMException).name === "NotAllowedError" ? "denied" : "missing";
      await room.ask({ type: "media.leave", failed: true });
      return;
    }
    for (const track of camera.value.getTracks()) track.onended = () => void turnOff(true);
    await join();
  }

  async function turnOff(failed = false): Promise<void> {
    stop(camera.value);
    stop(screen.value);
    // First said, then ended: streams that end unsaid are a line that broke.
    await room.ask({ type: "media.leave", failed });
    camera.value = screen.value = null;
    media.end();
    watching.value = false;
    if (failed) trouble.value = "missing";
  }

  async function shareScreen(): Promise<void> {
    try {
      screen.value = await navigator.mediaDevices.getDisplayMedia({ video: true });
    } catch {
      return; // Whoever closes the browser's question shares nothing.
    }
    for (const track of screen.value.getTracks()) {
      track.onended = () => {
        screen.value = null;
        void join();
      };
    }
    await join();
  }

  // A line that comes back is another one to the platform: take part again, with what was on.
  watch(
    () => room.live.value,
    (live) => {
      if (live && watching.value) void join();
      if (!live) media.end();
    },
  );
  onScopeDispose(() => {
    media.end();
    stop(camera.value);
    stop(screen.value);
  });
  return { tiles, camera, screen, watching, trouble, watch: join, turnOn, turnOff, shareScreen };
}

function stop(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) {
    track.onended = null;
    track.stop();
  }
}
