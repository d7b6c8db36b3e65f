/** Large pages to be measured: a list of tenders, and a score sheet, as the platform's own pages have them. */
import { createPinia } from "pinia";
import { type Component, createApp, h, nextTick, ref } from "vue";
import { createMemoryHistory, createRouter } from "vue-router";

import type { TenderSummary } from "@/api/tenders";
import type { RoomView } from "@/generated/rooms";
import { i18n } from "@/locales";
import TenderList from "@/parts/TenderList.vue";
import ScoreSheet from "@/rooms/ScoreSheet.vue";
import type { RoomOnPage } from "@/rooms/use-room";
import "@/styles/tokens.css";
import "@/styles/page.css";

declare global {
  interface Window {
    list(rows: number): Promise<void>;
    sheet(bids: number, criteria: number): Promise<void>;
    scrolling(milliseconds: number): Promise<number[]>;
    typing(keystrokes: number): Promise<number[]>;
  }
}

const SCREEN = 0.8;

window.list = async (rows) => {
  const tenders = Array.from({ length: rows }, (_, index) => tenderOf(index));
  await show(TenderList, { tenders });
};

window.sheet = async (bids, criteria) => {
  const ids = Array.from({ length: criteria }, (_, index) => `criterion-${index + 1}`);
  const method = {
    criteria: ids.map((id, index) => ({ id, title: `评分项${index + 1}`, section: "technical", kind: "subjective", max_points: "10", decimals: 1 })),
  };
  const view = {
    method,
    seats: [{ number: 1, locked: false }],
    sheets: [],
    bids: Array.from({ length: bids }, (_, index) => ({ number: index + 1, name: null, rejected: false })),
  } as unknown as RoomView;
  const room = { ask: async () => true, live: ref(true) } as unknown as RoomOnPage;
  await show(ScoreSheet, { room, view, seat: 1 });
};

/** Scroll for some time, a good part of a screen in each frame; how long each frame took, in ms. */
window.scrolling = (milliseconds) =>
  new Promise((done) => {
    const frames: number[] = [];
    const begun = performance.now();
    let before = begun;
    const next = (now: number): void => {
      frames.push(now - before);
      before = now;
      scrollBy(0, innerHeight * SCREEN);
      if (now - begun < milliseconds) requestAnimationFrame(next);
      else done(frames.slice(1));
    };
    requestAnimationFrame(next);
  });

/** Type into fields all over the sheet: from each keystroke until the page is laid out again, in ms. */
window.typing = async (keystrokes) => {
  const fields = [...document.querySelectorAll<HTMLInputElement>("td input")];
  const taken: number[] = [];
  for (let index = 0; index < keystrokes; index += 1) {
    const field = fields[(index * 997) % fields.length];
    if (!field) break;
    field.focus({ preventScroll: true });
    const begun = performance.now();
    field.value = `${index % 10}`;
    field.dispatchEvent(new InputEvent("input", { bubbles: true, data: field.value }));
    await nextTick();
    void document.body.offsetHeight;
    taken.push(performance.now() - begun);
    await new Promise((next) => requestAnimationFrame(next));
  }
  return taken;
};

async function show(page: Component, props: Record<string, unknown>): Promise<void> {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/:all(.*)*", name: "tender", component: TenderList }] });
  createApp({ render: () => h("main", { class: "page" }, h(page, props)) })
    .use(createPinia())
    .use(i18n)
    .use(router)
    .mount("#app");
  await nextTick();
  await new Promise((next) => requestAnimationFrame(next));
}

function tenderOf(index: number): TenderSummary {
  return {
    id: `0000-${index}`,
    number: `KB-2026-${index}`,
    title: `示范市第${index + 1}小学教学楼新建工程施工`,
    regime: "construction",
    region: "510100",
    procedure: "open-tendering",
    status: index % 3 ? "awarded" : "published",
    procuring_entity: "示范市教育局",
    estimate_fen: 1_000_000_00,
    deadline: "2026-12-17T02:00:00Z",
    published_at: "2026-11-24T02:00:00Z",
    demonstration: true,
  } as TenderSummary;
}
