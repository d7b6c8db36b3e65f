/** Something read from the platform for a page: there, on its way, or why it is not. */
import { ref, shallowRef, watch, type WatchSource } from "vue";

import { asProblem, type Problem } from "@/api/problems";

export function useLoaded<T>(fetch: () => Promise<T>, on: WatchSource) {
  const value = shallowRef<T | null>(null);
  const problem = ref<Problem | null>(null);
  let asked = 0;

  async function load(): Promise<void> {
    const mine = (asked += 1);
    problem.value = null;
    try {
      const found = await fetch();
      // An answer that a later question has overtaken is of no use.
      if (mine === asked) value.value = found;
    } catch (thrown) {
      if (mine === asked) problem.value = asProblem(thrown);
    }
  }

  watch(on, load, { immediate: true });
  return { value, problem, load };
}
