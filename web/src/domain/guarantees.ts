/** The life of a guarantee as its bidder sees it: insurance_gateway/guarantee.py, TRANSITIONS. */
import type { MatterAnswer, OrderAnswer, PaymentAnswer } from "@/generated/api";

/** How an order goes well, in turn. */
export const COURSE = ["applied", "underwriting", "awaiting_premium", "paid", "verified", "disclosed", "released"] as const;
/** It stands behind the bid. */
const IN_FORCE: readonly string[] = ["verified", "disclosed"];
const FAILED: readonly string[] = ["refused", "undelivered", "cancelled", "not_verified"];
const OVER: readonly string[] = ["released", "surrendered", "expired", "indemnified", "claim_refused"];
/** Before the premium is paid. */
const MAY_CANCEL: readonly string[] = ["applied", "underwriting", "undelivered", "awaiting_premium"];
const MAY_SURRENDER: readonly string[] = ["paid", "not_verified", "verified", "disclosed", "released"];
/** The guarantor is at work: look again soon. */
const MOVING: readonly string[] = ["applied", "underwriting", "awaiting_premium", "paid"];
const MATTER_ENDS: readonly string[] = ["agreed", "declined"];

export function toneOf(state: string): "good" | "bad" | "warn" | "open" | "" {
  if (IN_FORCE.includes(state)) return "good";
  if (FAILED.includes(state) || state === "indemnified") return "bad";
  if (OVER.includes(state)) return "";
  return state === "claimed" ? "warn" : "open";
}

/** Each step of the way with whether it is behind, here or ahead; empty off the way. */
export function wayOf(state: string): { step: string; at: "done" | "now" | "later" }[] {
  const here = COURSE.findIndex((step) => step === state);
  if (here < 0) return [];
  return COURSE.map((step, index) => ({ step, at: index < here ? "done" : index === here ? "now" : "later" }));
}

export function mayCancel(order: OrderAnswer): boolean {
  return MAY_CANCEL.includes(order.state);
}

/** The platform knows the published cases; here only what is out of the question is left out. */
export function maySurrender(order: OrderAnswer): boolean {
  return MAY_SURRENDER.includes(order.state) && !mattersOf(order).some((one) => one.kind === "surrender" && isOpen(one));
}

export function isMoving(order: OrderAnswer): boolean {
  return MOVING.includes(order.state) || mattersOf(order).some(isOpen);
}

/** Is there one with which a bid is or will be secured, so that another is not needed? */
export function isSecured(orders: readonly OrderAnswer[]): boolean {
  return orders.some((one) => IN_FORCE.includes(one.state));
}

/** Whether its guarantor takes premiums through the platform the platform knows, and says. */
export function mayPay(order: OrderAnswer): boolean {
  return order.state === "awaiting_premium" && paymentsOf(order).every((one) => ["failed", "returned"].includes(one.state) || one.kind === "refund");
}

export function paymentsOf(order: OrderAnswer): readonly PaymentAnswer[] {
  return order.payments ?? [];
}

export function mattersOf(order: OrderAnswer): readonly MatterAnswer[] {
  return order.matters ?? [];
}

function isOpen(matter: MatterAnswer): boolean {
  return !MATTER_ENDS.includes(matter.state);
}
