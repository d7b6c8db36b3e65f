/** Language and appearance, kept in this browser. */
import { defineStore } from "pinia";
import { ref, watch } from "vue";

import { type Language, loadLanguage } from "@/locales";

const KEY = "kaibiao.preferences";

interface Kept {
  language?: Language;
  appearance?: "light" | "dark";
}

export const usePreferences = defineStore("preferences", () => {
  const kept = read();
  const language = ref<Language>(kept.language === "en" ? "en" : "zh");
  const dark = ref(document.documentElement.classList.contains("dark"));

  watch(dark, (isDark) => {
    document.documentElement.classList.toggle("dark", isDark);
    keep({ appearance: isDark ? "dark" : "light" });
  });

  async function speak(other: Language): Promise<void> {
    await loadLanguage(other);
    language.value = other;
    keep({ language: other });
  }

  return { language, dark, speak };
});

function read(): Kept {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Kept;
  } catch {
    return {};
  }
}

function keep(changed: Kept): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...read(), ...changed }));
  } catch {
    // A browser that keeps nothing forgets it with the tab.
  }
}
