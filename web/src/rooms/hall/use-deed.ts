/** One deed at a time on a panel: whether it runs, and why it was not carried out. */
import { ref } from "vue";

import { asProblem, Problem } from "@/api/problems";
import { KeyRefused } from "@/crypto/file-keys";
import { useClock } from "@/stores/clock";

/** A failure with what makes it evidence: when it happened on the platform's clock. */
export interface Failure {
  problem: Problem;
  at: number;
  /** What was attempted. */
  deed: string;
}

export function useDeed() {
  const clock = useClock();
  const busy = ref("");
  const failure = ref<Failure | null>(null);
  const done = ref("");

  /** Do something; true when it was done. `name` tells buttons apart. */
  async function attempt(name: string, deed: () => Promise<void>): Promise<boolean> {
    busy.value = name;
    failure.value = null;
    done.value = "";
    // Let the button show that it was pressed: what follows may keep the page busy for a second.
    await new Promise((painted) => setTimeout(painted, 30));
    try {
      await deed();
      done.value = name;
      return true;
    } catch (thrown) {
      const problem = thrown instanceof KeyRefused ? new Problem(thrown.code) : asProblem(thrown);
      failure.value = { problem, at: clock.now, deed: name };
      return false;
    } finally {
      busy.value = "";
    }
  }

  return { busy, failure, done, attempt };
}
