/** The page that seals: a document of its own, which may connect to nothing. No session, no routes. */
import { createPinia } from "pinia";
import { createApp } from "vue";

import { i18n, loadLanguage } from "@/locales";
import SealApp from "@/sealing/SealApp.vue";
import { usePreferences } from "@/stores/preferences";
import "element-plus/theme-chalk/dark/css-vars.css";
import "element-plus/theme-chalk/el-var.css";
import "@/styles/tokens.css";
import "@/styles/page.css";

const app = createApp(SealApp);
app.use(createPinia());
await loadLanguage(usePreferences().language);
app.use(i18n);
app.mount("#app");
