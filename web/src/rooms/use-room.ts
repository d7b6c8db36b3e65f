/** A room on a page: its line, its state, what was said; closed when the page is left. */
import { computed, onScopeDispose, ref, shallowRef } from "vue";

import { call } from "@/api/client";
import { asProblem, type Problem } from "@/api/problems";
import type { EntryFrame, HallView, RoomView, StandingView } from "@/generated/rooms";
import type { MediaMessage } from "@/rooms/media";
import { type Line, type LineState, openLine, type Request } from "@/rooms/line";

const READ_AGAIN_MILLISECONDS = 150;
const ENTRIES_MAX = 2000;

export function useRoom(roomId: string) {
  const state = ref<LineState>({ kind: "connecting" });
  const standing = ref<StandingView | null>(null);
  const view = shallowRef<RoomView | HallView | null>(null);
  const entries = shallowRef<EntryFrame[]>([]);
  const present = ref<{ seats: number[]; others: string[] }>({ seats: [], others: [] });
  const inHall = ref<{ bidders: string[]; host: boolean }>({ bidders: [], host: false });
  const refusal = ref<Problem | null>(null);
  const problem = ref<Problem | null>(null);
  let listening: ((message: MediaMessage) => void) | null = null;
  let reading: ReturnType<typeof setTimeout> | null = null;

  // The state comes projected from the platform, so that no second copy of its rules lives here.
  function readAgain(): void {
    if (reading !== null) return;
    reading = setTimeout(async () => {
      reading = null;
      try {
        const found = await call("GET /rooms/{room_id}", { path: { room_id: roomId } });
        view.value = found.room;
        standing.value = found.standing;
      } catch (thrown) {
        problem.value = asProblem(thrown);
      }
    }, READ_AGAIN_MILLISECONDS);
  }

  const line: Line = openLine(
    {
      ticket: async () =>
        (await call("POST /rooms/{room_id}/tickets", { path: { room_id: roomId } })).ticket,
      socket: () => {
        const address = new URL(`/api/v1/rooms/${roomId}/socket`, location.href);
        address.protocol = address.protocol.replace("http", "ws");
        return new WebSocket(address);
      },
      later: (callback, milliseconds) => {
        const timer = setTimeout(callback, milliseconds);
        return () => clearTimeout(timer);
      },
      chance: Math.random,
    },
    {
      state: (now) => (state.value = now),
      snapshot: (found) => {
        standing.value = found.standing;
        view.value = found.room;
      },
      resumed: (now) => (standing.value = now),
      entry: (entry) => {
        entries.value = [...entries.value.slice(-ENTRIES_MAX), entry];
        readAgain();
      },
      presence: (now) => (present.value = { seats: now.seats, others: now.others }),
      inHall: (now) => (inHall.value = { bidders: now.bidders, host: now.host }),
      media: (message) => listening?.(message),
      refused: (why) => (refusal.value = why),
    },
  );
  onScopeDispose(() => {
    line.close();
    if (reading !== null) clearTimeout(reading);
  });

  /** Ask for something in the room; false when it was refused, and the problem is shown. */
  async function ask(request: Request): Promise<boolean> {
    problem.value = null;
    try {
      await line.send(request);
      return true;
    } catch (thrown) {
      problem.value = asProblem(thrown);
      return false;
    }
  }

  /** Ask without showing a refusal: for what is tried again by itself. */
  const tell = (request: Request) => line.send(request);
  const hearMedia = (listener: (message: MediaMessage) => void) => (listening = listener);
  const live = computed(() => state.value.kind === "live");
  return { state, live, standing, view, entries, present, inHall, refusal, problem, ask, tell, hearMedia, hurry: line.hurry };
}

export type RoomOnPage = ReturnType<typeof useRoom>;
