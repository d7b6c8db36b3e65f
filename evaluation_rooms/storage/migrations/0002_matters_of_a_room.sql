-- Matters of a room by number: motions, questions, refusals, pauses, cameras, gaps, editions.

CREATE TABLE rooms.matters (
    tender_id uuid NOT NULL,
    room_id uuid NOT NULL,
    kind text NOT NULL CHECK (
        kind IN (
            'camera', 'edition', 'enquiry', 'gap', 'leak',
            'motion', 'page', 'pause', 'refusal', 'step_back', 'time'
        )
    ),
    number integer NOT NULL CHECK (number > 0),
    body jsonb NOT NULL,
    PRIMARY KEY (tender_id, room_id, kind, number),
    FOREIGN KEY (tender_id, room_id) REFERENCES rooms.rooms (tender_id, id)
);
