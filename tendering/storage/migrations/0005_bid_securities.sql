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
    released_at timestamptz,
    PRIMARY KEY (tender_id, lot, bidder_id),
    FOREIGN KEY (tender_id, lot) REFERENCES tendering.lots (tender_id, lot)
);
