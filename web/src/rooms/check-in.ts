/** What a member of a committee signs at check-in: docs/specs/room-protocol-v1.md. */

export const STATEMENT_LABEL = "kaibiao/expert-statement/v1";
export const STATEMENT_KINDS = ["discipline", "confidentiality", "recusal", "ai_use"] as const;
export type StatementKind = (typeof STATEMENT_KINDS)[number];

interface Place {
  roomId: string;
  tenderId: string;
  seat: number;
  personId: string;
}

interface Said {
  /** The words that were read, which are signed along. */
  textOf: (kind: StatementKind) => string;
  conflict: boolean;
  reason: string;
}

/** The statements in their order, before they are signed. */
export function saidAtCheckIn(place: Place, { textOf, conflict, reason }: Said): Record<string, unknown>[] {
  return STATEMENT_KINDS.map((kind) => {
    const body: Record<string, unknown> = {
      kind,
      room_id: place.roomId,
      tender_id: place.tenderId,
      seat: place.seat,
      person_id: place.personId,
    };
    if (kind !== "recusal") return { ...body, text: textOf(kind) };
    // Who has an interest must not sign words that say the contrary.
    return conflict ? { ...body, conflict, reason } : { ...body, conflict, text: textOf(kind) };
  });
}
