-- Canaries, with which key holders show before the opening that they can unwrap, and their answers.

CREATE TABLE tendering.canaries (
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    number integer NOT NULL CHECK (number > 0),
    occasion text NOT NULL CHECK (occasion IN ('publication', 'eve', 'replacement')),
    -- Who must open it still, or has; a key holder that is replaced need not any longer.
    asked integer [] NOT NULL,
    header bytea NOT NULL CHECK (octet_length(header) <= 65536),
    -- The digests of the right answers, 32 bytes for each key holder.
    answers bytea NOT NULL CHECK (octet_length(answers) BETWEEN 64 AND 1024),
    issued_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    deadline timestamptz NOT NULL,
    missed boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tender_id, number)
);

CREATE TABLE tendering.canary_answers (
    tender_id uuid NOT NULL,
    canary integer NOT NULL,
    holder integer NOT NULL CHECK (holder BETWEEN 1 AND 32),
    at timestamptz NOT NULL,
    PRIMARY KEY (tender_id, canary, holder),
    FOREIGN KEY (tender_id, canary) REFERENCES tendering.canaries (tender_id, number)
);
