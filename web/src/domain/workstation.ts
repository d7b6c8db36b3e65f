/**
 * A supervised workstation of a venue, as this browser remembers it: docs/venues.md.
 *
 * The machine makes its token, the platform learns the digest, and every request that is made here
 * carries the token. It stays when people log in and out: it belongs to the machine.
 */

export const WORKSTATION_HEADER = "Kaibiao-Workstation";
const KEY = "kaibiao.workstation";
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

export interface Workstation {
  token: string;
  venueId: string;
  room: string;
  label: string;
}

type Kept = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** The workstation that this browser is, if it is one. */
export function workstationOf(kept: Kept): Workstation | null {
  try {
    const found = JSON.parse(kept.getItem(KEY) ?? "null") as Workstation | null;
    return found && TOKEN.test(found.token) ? found : null;
  } catch {
    return null;
  }
}

/** Be this workstation from now on. */
export function keepWorkstation(kept: Kept, workstation: Workstation): void {
  kept.setItem(KEY, JSON.stringify(workstation));
}

/** Be none any more. */
export function forgetWorkstation(kept: Kept): void {
  kept.removeItem(KEY);
}

/** The token that 32 random bytes make, base64url. */
export function tokenOf(chance: Uint8Array): string {
  return btoa(String.fromCharCode(...chance)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
