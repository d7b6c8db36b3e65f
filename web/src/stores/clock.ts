/** The platform's clock in this browser: an offset measured once in a while, advanced monotonically. */
import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { call } from "@/api/client";
import { type Reading, bestOf, serverNow } from "@/domain/clock";

const TICK_MILLISECONDS = 250;
const MEASURE_EVERY_MILLISECONDS = { normal: 300_000, demonstration: 10_000 };
const ATTEMPTS = 3;

export const useClock = defineStore("clock", () => {
  const reading = ref<Reading | null>(null);
  const mode = ref<"normal" | "demonstration">("normal");
  const tick = ref(performance.now());
  let started = false;

  /** The platform's time in milliseconds since 1970; the browser's own until it is measured. */
  const now = computed(() =>
    reading.value ? serverNow(reading.value, tick.value) : Date.now() + 0 * tick.value,
  );
  /** How far the browser's own clock is behind the platform's; null until measured. */
  const offset = computed(() =>
    reading.value ? Math.round(serverNow(reading.value, tick.value) - Date.now()) : null,
  );

  async function measure(): Promise<void> {
    const found: Reading[] = [];
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const sent = performance.now();
      try {
        const answer = await call("GET /clock", {});
        found.push({ server: Date.parse(answer.now), sent, received: performance.now() });
        mode.value = answer.mode;
      } catch {
        break; // The next measurement comes soon; the pages say what is down.
      }
    }
    const best = bestOf(found);
    if (best) reading.value = best;
  }

  async function start(): Promise<void> {
    if (started) return;
    started = true;
    setInterval(() => (tick.value = performance.now()), TICK_MILLISECONDS);
    document.addEventListener("visibilitychange", () => {
      // A laptop that slept may have stopped its monotonic clock.
      if (!document.hidden) void measure();
    });
    await measure();
    const again = (): void => {
      setTimeout(() => void measure().then(again), MEASURE_EVERY_MILLISECONDS[mode.value]);
    };
    again();
  }

  return { now, offset, mode, reading, start, measure };
});
