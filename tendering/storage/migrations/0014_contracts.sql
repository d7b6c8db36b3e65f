-- Contracts: what was agreed for each awarded lot, and how far it has come.

CREATE TABLE tendering.contracts (
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    bidder_id uuid NOT NULL REFERENCES tendering.organizations (id),
    terms text NOT NULL CHECK (octet_length(terms) <= 16384),
    drafted_at timestamptz NOT NULL,
    signed_at timestamptz,
    published_at timestamptz CHECK (published_at IS NULL OR signed_at IS NOT NULL),
    filed_at timestamptz CHECK (filed_at IS NULL OR signed_at IS NOT NULL),
    secured_at timestamptz,
    security_returned_at timestamptz CHECK (security_returned_at IS NULL OR secured_at IS NOT NULL),
    PRIMARY KEY (tender_id, lot),
    FOREIGN KEY (tender_id, lot) REFERENCES tendering.lots (tender_id, lot)
);

CREATE INDEX contracts_bidder_id ON tendering.contracts (bidder_id);
