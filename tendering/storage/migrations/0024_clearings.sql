-- The clearing report of a lot with a bill of quantities: made once, kept under its digest.

CREATE TABLE tendering.clearings (
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    size_bytes bigint NOT NULL CHECK (size_bytes > 0),
    -- By bidder: the stated total of its bill, and what the lines come to, in fen.
    bill_fen text NOT NULL CHECK (octet_length(bill_fen) <= 65536),
    made_at timestamptz NOT NULL,
    PRIMARY KEY (tender_id, lot),
    FOREIGN KEY (tender_id, lot) REFERENCES tendering.lots (tender_id, lot)
);
