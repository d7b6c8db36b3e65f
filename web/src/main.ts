/** The front end starts here: stores, language, routes, and the one application. */
import { createPinia } from "pinia";
import { createApp } from "vue";

import App from "@/App.vue";
import { i18n, loadLanguage } from "@/locales";
import { router } from "@/router";
import { useClock } from "@/stores/clock";
import { usePlatform } from "@/stores/platform";
import { usePreferences } from "@/stores/preferences";
import { useSession } from "@/stores/session";
import "element-plus/theme-chalk/dark/css-vars.css";
import "element-plus/theme-chalk/el-var.css";
import "@/styles/tokens.css";
import "@/styles/page.css";

const app = createApp(App);
app.use(createPinia());
const preferences = usePreferences();
await loadLanguage(preferences.language);
app.use(i18n);
void useClock().start();
void usePlatform().load();
// Guards ask who is logged in, so it is known before the first page.
await useSession().restore();
app.use(router);
app.mount("#app");
