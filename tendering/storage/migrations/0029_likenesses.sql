-- What the opened bids of a lot have in common: made after each session, kept under its digest.

CREATE TABLE tendering.likenesses (
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    session smallint NOT NULL,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    size_bytes bigint NOT NULL CHECK (size_bytes > 0),
    made_at timestamptz NOT NULL,
    PRIMARY KEY (tender_id, lot, session),
    FOREIGN KEY (tender_id, lot) REFERENCES tendering.lots (tender_id, lot)
);
