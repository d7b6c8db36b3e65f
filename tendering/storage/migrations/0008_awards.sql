-- What the evaluation of each lot came to, its published candidates, and its award.

CREATE TABLE tendering.evaluations (
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    report text NOT NULL CHECK (octet_length(report) <= 16777216),
    report_digest bytea NOT NULL CHECK (octet_length(report_digest) = 32),
    reported_at timestamptz NOT NULL,
    PRIMARY KEY (tender_id, lot),
    FOREIGN KEY (tender_id, lot) REFERENCES tendering.lots (tender_id, lot)
);

CREATE TABLE tendering.candidates (
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    candidates text NOT NULL CHECK (octet_length(candidates) <= 65536),
    publicity_from timestamptz NOT NULL,
    publicity_until timestamptz NOT NULL CHECK (publicity_until > publicity_from),
    PRIMARY KEY (tender_id, lot),
    FOREIGN KEY (tender_id, lot) REFERENCES tendering.evaluations (tender_id, lot)
);

-- Of each lot one award stands; those that were revoked stay. `revocation` as in `award.revoked`.
CREATE TABLE tendering.awards (
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    bidder_id uuid NOT NULL REFERENCES tendering.organizations (id),
    award text NOT NULL CHECK (octet_length(award) <= 65536),
    notified_at timestamptz NOT NULL,
    revocation text CHECK (octet_length(revocation) <= 65536),
    revoked_at timestamptz CHECK (revoked_at >= notified_at),
    PRIMARY KEY (tender_id, lot, bidder_id),
    FOREIGN KEY (tender_id, lot) REFERENCES tendering.candidates (tender_id, lot),
    CHECK (num_nulls(revocation, revoked_at) IN (0, 2))
);

CREATE UNIQUE INDEX awards_standing ON tendering.awards (tender_id, lot) WHERE revoked_at IS NULL;
CREATE INDEX awards_bidder_id ON tendering.awards (bidder_id);
