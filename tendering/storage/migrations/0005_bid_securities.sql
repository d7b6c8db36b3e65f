-- Bid securities of any form: custody until the opening, like the bids they stand behind.

CREATE TABLE tendering.bid_securities (
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    bidder_id uuid NOT NULL REFERENCES tendering.organizations (id),
    form text NOT NULL CHECK (form IN ('guarantee_insurance', 'bank_guarantee', 'cash')),
    amount_fen bigint NOT NULL CHECK (amount_fen > 0),
    valid_until timestamptz NOT NULL,
    guarantor_id uuid REFERENCES tendering.organizations (id),
    reference text NOT NULL CHECK (char_length(reference) BETWEEN 1 AND 200),
    recorded_at timestamptz NOT NULL,
    -- Cash: a digest of the account it came from, to see which bidders paid from one.
    account_digest bytea CHECK (octet_length(account_digest) = 32),
    release_case text CHECK (
        release_case IN (
            'withdrawn', 'deemed_withdrawn', 'no_bid', 'loser', 'winner', 'terminated', 'failed',
            'validity_refused'
        )
    ),
    release_since timestamptz,
    release_due timestamptz,
    released_at timestamptz,
    kept_because text NOT NULL DEFAULT '' CHECK (char_length(kept_because) <= 100),
    CHECK ((release_case IS NULL) = (release_due IS NULL)),
    CHECK ((release_case IS NULL) = (release_since IS NULL)),
    CHECK (released_at IS NULL OR kept_because = ''),
    PRIMARY KEY (tender_id, lot, bidder_id),
    FOREIGN KEY (tender_id, lot) REFERENCES tendering.lots (tender_id, lot)
);
