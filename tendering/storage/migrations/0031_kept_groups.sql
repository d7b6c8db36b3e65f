-- One group for all rounds of a negotiation or consultation: whose draw a later round goes by.

ALTER TABLE tendering.draws
    ADD COLUMN kept_from uuid REFERENCES tendering.tenders (id),
    ADD CHECK (kept_from IS NULL OR (kept_from <> tender_id AND drawn_at IS NOT NULL));

CREATE INDEX draws_kept_from ON tendering.draws (kept_from) WHERE kept_from IS NOT NULL;
