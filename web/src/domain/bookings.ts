/** Bookings of venues as a calendar shows them, and what may be done to one. */
import { day } from "@/domain/times";
import type { BookingAnswer } from "@/generated/api";

const DAY_MILLISECONDS = 86_400_000;

export type VenueStep = "confirm" | "decline" | "fail";
/** What the venue may answer: tendering/domain/venues.py, STEPS. */
export const VENUE_STEPS: Readonly<Record<string, readonly VenueStep[]>> = {
  requested: ["confirm", "decline"],
  confirmed: ["fail"],
};

export const BOOKING_TONES: Readonly<Record<string, string>> = {
  requested: "warn",
  confirmed: "good",
  declined: "bad",
  failed: "bad",
  cancelled: "",
};

/** So many days from an instant on, in Shanghai, each with what is booked or asked for on it. */
export function daysOf(bookings: readonly BookingAnswer[], from: number, count: number): { day: string; bookings: BookingAnswer[] }[] {
  return Array.from({ length: count }, (_, number) => {
    const name = day(from + number * DAY_MILLISECONDS);
    const on = bookings.filter(
      // A booking that ends at midnight does not reach into the day that begins then.
      (one) => day(one.begins_at) <= name && day(Date.parse(one.ends_at) - 1) >= name,
    );
    return { day: name, bookings: on.sort((one, other) => one.begins_at.localeCompare(other.begins_at)) };
  });
}
