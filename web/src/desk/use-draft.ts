/** A draft on the platform and on this page: saved against the version that was read, or not at all. */
import { ref, shallowRef } from "vue";

import { call } from "@/api/client";
import { asProblem, Problem } from "@/api/problems";
import type { TenderView } from "@/api/tenders";
import type { PutTender } from "@/generated/api";

export type SavingState = "saved" | "waiting" | "saving" | "conflict" | "failed";

export function useDraft(tender: TenderView, changed: () => void) {
  /** The draft as the platform last said it to this page. */
  const base = shallowRef(tender);
  /** What another hand made of it meanwhile. */
  const theirs = shallowRef<TenderView | null>(null);
  const state = ref<SavingState>("saved");
  const problem = shallowRef<Problem | null>(null);

  /** Store it; false when it was not, and `state` says why. */
  async function save(body: PutTender): Promise<boolean> {
    const path = { tender_id: base.value.id };
    state.value = "saving";
    problem.value = null;
    try {
      base.value = await call("PUT /tenders/{tender_id}", { path, body }, { ifMatch: String(base.value.version) });
      state.value = "saved";
      changed();
      return true;
    } catch (thrown) {
      problem.value = asProblem(thrown);
      state.value = "failed";
      if (problem.value.code !== "tender-changed") return false;
      try {
        theirs.value = await call("GET /tenders/{tender_id}", { path });
        state.value = "conflict";
      } catch (again) {
        problem.value = asProblem(again);
      }
      return false;
    }
  }

  /** What the other hand wrote is what this page goes on from. */
  function takeTheirs(): TenderView {
    if (theirs.value) base.value = theirs.value;
    theirs.value = null;
    state.value = "saved";
    problem.value = null;
    return base.value;
  }

  return { base, theirs, state, problem, save, takeTheirs };
}
