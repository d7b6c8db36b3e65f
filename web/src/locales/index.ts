/** Languages: Chinese comes with the first page, English when it is asked for. */
import { createI18n } from "vue-i18n";

import zh, { type Texts } from "@/locales/zh";

export type Language = "zh" | "en";

export const i18n = createI18n<[Texts], Language, false>({
  legacy: false,
  locale: "zh",
  fallbackLocale: "zh",
  messages: { zh } as unknown as Record<Language, Texts>,
});

const HTML_LANGUAGE: Record<Language, string> = { zh: "zh-CN", en: "en" };

/** Make a language the one that is shown. */
export async function loadLanguage(language: Language): Promise<void> {
  if (language === "en" && !i18n.global.availableLocales.includes("en")) {
    const { default: en } = await import("@/locales/en");
    i18n.global.setLocaleMessage("en", en);
  }
  i18n.global.locale.value = language;
  document.documentElement.lang = HTML_LANGUAGE[language];
}
