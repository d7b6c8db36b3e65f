/** Addresses and their pages; all but the board come when they are asked for. */
import { createRouter, createWebHistory } from "vue-router";

import { isOutdated } from "@/api/problems";
import BoardPage from "@/pages/BoardPage.vue";
import { useSession } from "@/stores/session";

declare module "vue-router" {
  interface RouteMeta {
    /** Text of `pages` that names the page in the window's title. */
    title:
      | "board"
      | "tender"
      | "room"
      | "logIn"
      | "register"
      | "account"
      | "messages"
      | "proof"
      | "desk"
      | "workspace"
      | "tasks"
      | "projects"
      | "method"
      | "calendar"
      | "receipt"
      | "verify"
      | "ratings"
      | "invitations"
      | "seat"
      | "venue"
      | "experts"
      | "guarantors"
      | "live"
      | "securities"
      | "procedures"
      | "partners"
      | "notFound";
    needsLogIn?: boolean;
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: "/", name: "board", component: BoardPage, meta: { title: "board" } },
    {
      path: "/tenders/:id",
      name: "tender",
      component: () => import("@/pages/TenderPage.vue"),
      props: true,
      meta: { title: "tender" },
    },
    {
      path: "/tenders/:id/desk/:part?",
      name: "desk",
      component: () => import("@/pages/DeskPage.vue"),
      props: true,
      meta: { title: "desk", needsLogIn: true },
    },
    {
      path: "/tenders/:id/workspace/:part?",
      name: "workspace",
      component: () => import("@/pages/WorkspacePage.vue"),
      props: true,
      meta: { title: "workspace", needsLogIn: true },
    },
    {
      path: "/tasks",
      name: "tasks",
      component: () => import("@/pages/TasksPage.vue"),
      meta: { title: "tasks", needsLogIn: true },
    },
    {
      path: "/projects",
      name: "projects",
      component: () => import("@/pages/ProjectsPage.vue"),
      meta: { title: "projects", needsLogIn: true },
    },
    {
      path: "/method",
      name: "method",
      component: () => import("@/pages/MethodPage.vue"),
      meta: { title: "method", needsLogIn: true },
    },
    {
      path: "/calendar/:month(\\d{4}-\\d{2})?",
      name: "calendar",
      component: () => import("@/pages/CalendarPage.vue"),
      props: true,
      meta: { title: "calendar" },
    },
    {
      path: "/receipt",
      name: "receipt",
      component: () => import("@/pages/ReceiptPage.vue"),
      meta: { title: "receipt" },
    },
    {
      path: "/verify",
      name: "verify",
      component: () => import("@/pages/VerifyPage.vue"),
      meta: { title: "verify" },
    },
    {
      path: "/ratings",
      name: "ratings",
      component: () => import("@/pages/RatingsPage.vue"),
      meta: { title: "ratings" },
    },
    {
      path: "/invitations",
      name: "invitations",
      component: () => import("@/pages/InvitationsPage.vue"),
      meta: { title: "invitations", needsLogIn: true },
    },
    {
      path: "/tenders/:id/seat",
      name: "seat",
      component: () => import("@/pages/SeatPage.vue"),
      props: true,
      meta: { title: "seat", needsLogIn: true },
    },
    {
      path: "/venue/:part?",
      name: "venue",
      component: () => import("@/pages/VenuePage.vue"),
      props: true,
      meta: { title: "venue", needsLogIn: true },
    },
    {
      path: "/experts/:expert?",
      name: "experts",
      component: () => import("@/pages/ExpertsPage.vue"),
      props: true,
      meta: { title: "experts", needsLogIn: true },
    },
    {
      path: "/guarantors",
      name: "guarantors",
      component: () => import("@/pages/GuarantorPage.vue"),
      meta: { title: "guarantors", needsLogIn: true },
    },
    {
      path: "/partners",
      name: "partners",
      component: () => import("@/pages/PartnersPage.vue"),
      meta: { title: "partners", needsLogIn: true },
    },
    {
      path: "/live",
      name: "live",
      component: () => import("@/pages/LivePage.vue"),
      meta: { title: "live", needsLogIn: true },
    },
    {
      path: "/statistics/securities/:year(\\d{4})?",
      name: "securities",
      component: () => import("@/pages/SecuritiesPage.vue"),
      props: true,
      meta: { title: "securities" },
    },
    {
      path: "/statistics/procedures/:year(\\d{4})?",
      name: "procedures",
      component: () => import("@/pages/ProceduresPage.vue"),
      props: true,
      meta: { title: "procedures" },
    },
    {
      path: "/rooms/:id",
      name: "room",
      component: () => import("@/pages/RoomPage.vue"),
      props: true,
      meta: { title: "room" },
    },
    {
      path: "/proof/:id/:kind/:lot?",
      name: "proof",
      component: () => import("@/pages/ProofPage.vue"),
      props: true,
      meta: { title: "proof" },
    },
    {
      path: "/log-in",
      name: "log-in",
      component: () => import("@/pages/LogInPage.vue"),
      meta: { title: "logIn" },
    },
    {
      path: "/register",
      name: "register",
      component: () => import("@/pages/RegisterPage.vue"),
      meta: { title: "register" },
    },
    {
      path: "/account",
      name: "account",
      component: () => import("@/pages/AccountPage.vue"),
      meta: { title: "account", needsLogIn: true },
    },
    {
      path: "/messages",
      name: "messages",
      component: () => import("@/pages/MessagesPage.vue"),
      meta: { title: "messages", needsLogIn: true },
    },
    {
      path: "/:anything(.*)*",
      name: "not-found",
      component: () => import("@/pages/NotFoundPage.vue"),
      meta: { title: "notFound" },
    },
  ],
  scrollBehavior: (to, _from, saved) => saved ?? (to.hash ? { el: to.hash } : { top: 0 }),
});

const RELOADED = "kaibiao.reloaded";

/** A tab of before a deploy asks for pages that are gone: the address is opened anew, once. */
router.onError((thrown: unknown, to) => {
  if (!isOutdated(thrown)) return;
  if (sessionStorage.getItem(RELOADED) === to.fullPath) return;
  sessionStorage.setItem(RELOADED, to.fullPath);
  location.assign(to.fullPath);
});
router.afterEach((_to, _from, failure) => {
  if (!failure) sessionStorage.removeItem(RELOADED);
});

router.beforeEach((to) => {
  if (to.meta.needsLogIn && useSession().me === null) {
    return { name: "log-in", query: { next: to.fullPath } };
  }
  return true;
});
