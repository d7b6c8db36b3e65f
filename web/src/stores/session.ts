/** Who is logged in. The session itself is a cookie that scripts cannot read. */
import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { call, setCsrfToken } from "@/api/client";
import { Problem } from "@/api/problems";
import type { Me, PostSession } from "@/generated/api";
import { answerChallenge } from "@/domain/passkeys";

// Only a hint that asking is worth it: a visitor who never logged in asks for nothing.
const HINT = "kaibiao.logged-in";

export type Role = Me["role"];

export const useSession = defineStore("session", () => {
  const me = ref<Me | null>(null);
  const role = computed(() => me.value?.role ?? null);

  function take(found: Me | null): void {
    me.value = found;
    setCsrfToken(found?.csrf_token ?? "");
    if (found) localStorage.setItem(HINT, "1");
    else localStorage.removeItem(HINT);
  }

  async function reload(): Promise<void> {
    take(await call("GET /me", {}));
  }

  async function restore(): Promise<void> {
    if (localStorage.getItem(HINT) === null) return;
    try {
      await reload();
    } catch (thrown) {
      if (thrown instanceof Problem && thrown.status === 401) take(null);
    }
  }

  async function logIn(body: PostSession): Promise<void> {
    const begun = await call("POST /sessions", { body });
    setCsrfToken(begun.csrf_token);
    await reload();
  }

  async function logInWithPasskey(): Promise<void> {
    const { public_key } = await call("POST /sessions/passkey-challenge", {});
    const credential = await answerChallenge(public_key);
    const begun = await call("POST /sessions/passkey", { body: { credential } });
    setCsrfToken(begun.csrf_token);
    await reload();
  }

  async function changeRole(other: Role): Promise<void> {
    const begun = await call("POST /sessions/role", { body: { role: other } });
    setCsrfToken(begun.csrf_token);
    await reload();
  }

  async function logOut(): Promise<void> {
    try {
      await call("DELETE /sessions/current", {});
    } finally {
      take(null);
    }
  }

  return { me, role, reload, restore, logIn, logInWithPasskey, changeRole, logOut };
});
