-- What experts are paid for evaluating a tender: stated by the host, seat by seat.

CREATE TABLE tendering.expert_fees (
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    expert_id uuid NOT NULL REFERENCES tendering.experts (id),
    seat integer NOT NULL CHECK (seat > 0),
    begins_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL CHECK (ends_at > begins_at),
    base_fen bigint NOT NULL CHECK (base_fen >= 0),
    overtime_fen bigint NOT NULL CHECK (overtime_fen >= 0),
    travel_fen bigint NOT NULL CHECK (travel_fen >= 0),
    rule text NOT NULL,
    stated_at timestamptz NOT NULL,
    PRIMARY KEY (tender_id, expert_id)
);

CREATE INDEX expert_fees_expert_id ON tendering.expert_fees (expert_id);
