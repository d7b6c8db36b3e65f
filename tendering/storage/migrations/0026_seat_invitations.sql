-- Drawn experts are asked whether they come; who declines makes room for the next in the order.

CREATE TABLE tendering.seat_calls (
    tender_id uuid PRIMARY KEY REFERENCES tendering.draws (tender_id),
    begins_at timestamptz NOT NULL,
    answer_minutes integer NOT NULL CHECK (answer_minutes BETWEEN 5 AND 2880)
);

-- `id` is chance: what an invited expert sees must not tell which tender it is.
CREATE TABLE tendering.seat_invitations (
    id uuid PRIMARY KEY,
    tender_id uuid NOT NULL REFERENCES tendering.seat_calls (tender_id),
    seat integer NOT NULL CHECK (seat > 0),
    expert_id uuid NOT NULL REFERENCES tendering.experts (id),
    venue text NOT NULL CHECK (char_length(venue) BETWEEN 1 AND 200),
    speciality text NOT NULL CHECK (char_length(speciality) BETWEEN 1 AND 200),
    begins_at timestamptz NOT NULL,
    respond_until timestamptz NOT NULL,
    status text NOT NULL CHECK (status IN ('invited', 'accepted', 'declined', 'lapsed')),
    asked_at timestamptz NOT NULL,
    CONSTRAINT seat_invitations_one_an_expert UNIQUE (tender_id, expert_id)
);

CREATE INDEX seat_invitations_expert_id ON tendering.seat_invitations (expert_id);
CREATE INDEX seat_invitations_due ON tendering.seat_invitations (respond_until)
WHERE status = 'invited';
