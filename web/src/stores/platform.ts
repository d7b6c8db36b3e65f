/** What the platform says of itself: its name and what a visitor must know. */
import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { call } from "@/api/client";
import type { PlatformAnswer } from "@/generated/api";

export const usePlatform = defineStore("platform", () => {
  const facts = ref<PlatformAnswer | null>(null);

  const name = computed(() => facts.value?.name ?? "");
  const notices = computed(() => facts.value?.notices ?? []);

  async function load(): Promise<void> {
    try {
      facts.value = await call("GET /platform", {});
    } catch {
      // The header then shows the product's own name; the page itself says what is down.
    }
  }

  return { facts, name, notices, load };
});
