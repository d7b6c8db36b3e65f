/** Something asked of the platform again and again while somebody types: the last answer counts. */
import { onScopeDispose, ref, shallowRef, watch, type WatchSource } from "vue";

import { asProblem, type Problem } from "@/api/problems";

const PAUSE_MILLISECONDS = 400;

/** `null` from `ask`: there is nothing to ask just now. What was said before stays until then. */
export function useJudging<T>(ask: (signal: AbortSignal) => Promise<T> | null, on: WatchSource) {
  const value = shallowRef<T | null>(null);
  const problem = shallowRef<Problem | null>(null);
  const asking = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | null = null;

  async function now(): Promise<void> {
    running?.abort();
    const mine = (running = new AbortController());
    const asked = ask(mine.signal);
    if (!asked) {
      asking.value = false;
      return;
    }
    try {
      const answer = await asked;
      if (mine.signal.aborted) return;
      value.value = answer;
      problem.value = null;
    } catch (thrown) {
      if (mine.signal.aborted) return;
      problem.value = asProblem(thrown);
    }
    asking.value = false;
  }

  watch(
    on,
    () => {
      clearTimeout(timer);
      asking.value = true;
      timer = setTimeout(() => void now(), value.value || problem.value ? PAUSE_MILLISECONDS : 0);
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    clearTimeout(timer);
    running?.abort();
  });
  return { value, problem, asking, now };
}
