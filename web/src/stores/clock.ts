/** The platform's clock in this browser: measured once in a while, advanced monotonically. */
import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";

import { call } from "@/api/client";
import { type Reading, type Shown, bestOf, betterOf, remaining, slewed, uncertainty } from "@/domain/clock";

const TICK_MILLISECONDS = 250;
const MEASURE_EVERY_MILLISECONDS = { normal: 300_000, demonstration: 10_000 };
const ATTEMPTS = 5;

export const useClock = defineStore("clock", () => {
  const reading = ref<Reading | null>(null);
  const mode = ref<"normal" | "demonstration">("normal");
  const shown = shallowRef<Shown | null>(null);
  const tick = ref(performance.now());
  let started = false;

  /** The platform's time in milliseconds since 1970; the browser's own until it is measured. */
  const now = computed(() => shown.value?.shown ?? Date.now() + 0 * tick.value);
  /** How far the browser's own clock is behind the platform's; null until measured. */
  const offset = computed(() => (shown.value ? Math.round(shown.value.shown - Date.now()) : null));
  /** By how many milliseconds what is shown may be off; null until measured. */
  const uncertain = computed(() => (reading.value ? uncertainty(reading.value, tick.value) : null));

  /** What is left until an instant, in ms, never ending early; null until the clock is measured. */
  function left(until: number): number | null {
    if (!shown.value || uncertain.value === null) return null;
    return remaining(until, shown.value.shown, uncertain.value);
  }

  function run(): void {
    tick.value = performance.now();
    if (reading.value) shown.value = slewed(shown.value, reading.value, tick.value);
  }

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
    reading.value = betterOf(reading.value, bestOf(found), performance.now());
    run();
  }

  async function start(): Promise<void> {
    if (started) return;
    started = true;
    setInterval(run, TICK_MILLISECONDS);
    addEventListener("online", () => void measure());
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

  return { now, offset, uncertain, mode, reading, left, start, measure };
});
