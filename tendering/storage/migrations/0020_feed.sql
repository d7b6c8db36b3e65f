-- One order of everything public, for readers that remember how far they have read.

-- Entries that have no place in that order yet: written with the entry itself.
CREATE TABLE tendering.feed_waiting (
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    seq bigint NOT NULL CHECK (seq > 0),
    PRIMARY KEY (tender_id, seq)
);

-- Filled by one writer at a time, so that positions are committed in their order, without gaps.
CREATE TABLE tendering.feed (
    position bigint PRIMARY KEY CHECK (position > 0),
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    seq bigint NOT NULL CHECK (seq > 0),
    CONSTRAINT feed_holds_an_entry_once UNIQUE (tender_id, seq)
);

REVOKE UPDATE, DELETE, TRUNCATE ON tendering.feed FROM tendering_app;
