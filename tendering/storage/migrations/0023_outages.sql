-- Outages: every process gives signs of life; a gap is an outage, settled tender by tender, once.

-- Real time, by the database's clock: an outage does not jump with a demonstration's clock.
CREATE TABLE tendering.heartbeats (
    process_id uuid PRIMARY KEY,
    beat_at timestamptz NOT NULL
);

-- By the platform's clock, which in a demonstration is ahead of real time.
CREATE TABLE tendering.outages (
    id uuid PRIMARY KEY,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL CHECK (until > since),
    trigger_seconds integer NOT NULL CHECK (trigger_seconds > 0),
    is_settled boolean NOT NULL DEFAULT false
);

CREATE INDEX outages_unsettled ON tendering.outages (since) WHERE NOT is_settled;

CREATE TABLE tendering.outage_tenders (
    outage_id uuid NOT NULL REFERENCES tendering.outages (id),
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    PRIMARY KEY (outage_id, tender_id)
);

CREATE INDEX outage_tenders_tender_id ON tendering.outage_tenders (tender_id);

-- Set by an outage: bids of the tender are not opened earlier.
ALTER TABLE tendering.tenders ADD COLUMN opening_from timestamptz;
