-- The tenders in which a term runs that somebody must keep, and when to look at them again.

CREATE TABLE tendering.duty_watches (
    tender_id uuid PRIMARY KEY REFERENCES tendering.tenders (id),
    look_at timestamptz NOT NULL
);

CREATE INDEX duty_watches_look_at ON tendering.duty_watches (look_at);

-- A duty may begin with a withdrawal, which tells of a bid.
REVOKE SELECT ON tendering.duty_watches FROM tendering_audit;
