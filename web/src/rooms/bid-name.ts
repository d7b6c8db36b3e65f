/** How a bid is called in the room: by its number, and by its bidder once names are shown. */
import { useI18n } from "vue-i18n";

import type { RoomView } from "@/generated/rooms";

export function useBidName(): (view: RoomView, number: number) => string {
  const { t } = useI18n();
  return (view, number) => {
    const name = view.bids.find((bid) => bid.number === number)?.name;
    const label = t("rooms.bid", { bid: String(number).padStart(2, "0") });
    return name ? `${label} ${name}` : label;
  };
}
