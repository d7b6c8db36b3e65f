/** How many messages are unread, kept current while somebody is logged in and looks. */
import { defineStore } from "pinia";
import { ref } from "vue";

import { call } from "@/api/client";

const WAIT_SECONDS = 25;
const PAUSE_MILLISECONDS = 10_000;

export const useMessages = defineStore("messages", () => {
  const unread = ref(0);
  let running: AbortController | null = null;

  /** Ask now, and again and again; the platform answers when something new comes. */
  async function follow(): Promise<void> {
    running?.abort();
    const mine = (running = new AbortController());
    const { signal } = mine;
    let query: { known?: number; wait_seconds?: number } = {};
    while (!signal.aborted) {
      try {
        // A page that nobody looks at keeps no line open: browsers have few for all their tabs.
        await visible(signal);
        unread.value = (await call("GET /messages/unread", { query }, { signal })).unread;
        query = { known: unread.value, wait_seconds: WAIT_SECONDS };
      } catch {
        if (!signal.aborted) await pause();
      }
    }
  }

  /** Nobody is logged in any more. */
  function stop(): void {
    running?.abort();
    unread.value = 0;
  }

  return { unread, follow, stop };
});

function visible(signal: AbortSignal): Promise<void> {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", () => resolve(), { once: true, signal });
  });
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
}
