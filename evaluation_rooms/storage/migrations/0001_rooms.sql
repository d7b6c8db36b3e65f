-- Evaluation rooms: the room, its seats, votes, marks and results, and the tickets of connections.

CREATE TABLE rooms.rooms (
    tender_id uuid NOT NULL,
    id uuid NOT NULL,
    lot text NOT NULL CHECK (lot ~ '^[1-9][0-9]{0,3}$'),
    -- Of an evaluation done anew the second; the first stays with its marks, void.
    number integer NOT NULL DEFAULT 1 CHECK (number > 0),
    phase text NOT NULL CHECK (
        phase IN (
            'preparation', 'chair', 'preliminary', 'clarification', 'technical', 'price',
            'totals', 'checks', 'report', 'signing', 'closed', 'void'
        )
    ),
    terms jsonb NOT NULL,
    numbering_seed text NOT NULL CHECK (numbering_seed ~ '^[0-9a-f]{32,128}$'),
    chair integer,
    election_round integer NOT NULL CHECK (election_round > 0),
    election_candidates integer [] NOT NULL,
    revealed boolean NOT NULL,
    named boolean NOT NULL,
    priced boolean NOT NULL,
    corrected boolean NOT NULL,
    price jsonb,
    totals jsonb,
    report jsonb,
    PRIMARY KEY (tender_id, id),
    CONSTRAINT rooms_id_is_unique UNIQUE (id),
    CONSTRAINT rooms_one_a_lot UNIQUE (tender_id, lot, number)
);

CREATE TABLE rooms.seats (
    tender_id uuid NOT NULL,
    room_id uuid NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    role text NOT NULL CHECK (role IN ('member', 'host', 'guest_operator', 'supervisor')),
    site text NOT NULL,
    name text NOT NULL,
    expert_id uuid,
    person_id uuid NOT NULL,
    checked_in boolean NOT NULL,
    recused boolean NOT NULL,
    locked boolean NOT NULL,
    statements jsonb NOT NULL,
    PRIMARY KEY (tender_id, room_id, number),
    FOREIGN KEY (tender_id, room_id) REFERENCES rooms.rooms (tender_id, id),
    CHECK ((role = 'member') = (expert_id IS NOT NULL))
);

CREATE INDEX seats_person_id ON rooms.seats (person_id);

CREATE TABLE rooms.bids (
    tender_id uuid NOT NULL,
    room_id uuid NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    bidder_id uuid NOT NULL,
    name text NOT NULL,
    price_fen bigint CHECK (price_fen > 0),
    form jsonb NOT NULL,
    bill_fen jsonb NOT NULL,
    rejected boolean NOT NULL,
    -- Its price did not open in the second session of the opening.
    unopened boolean NOT NULL,
    PRIMARY KEY (tender_id, room_id, number),
    FOREIGN KEY (tender_id, room_id) REFERENCES rooms.rooms (tender_id, id),
    CONSTRAINT bids_one_a_bidder UNIQUE (tender_id, room_id, bidder_id)
);

CREATE TABLE rooms.objective_marks (
    tender_id uuid NOT NULL,
    room_id uuid NOT NULL,
    bid integer NOT NULL,
    criterion text NOT NULL,
    points numeric NOT NULL CHECK (points >= 0),
    basis text NOT NULL,
    PRIMARY KEY (tender_id, room_id, bid, criterion),
    FOREIGN KEY (tender_id, room_id, bid) REFERENCES rooms.bids (tender_id, room_id, number)
);

CREATE TABLE rooms.chair_votes (
    tender_id uuid NOT NULL,
    room_id uuid NOT NULL,
    round integer NOT NULL CHECK (round > 0),
    seat integer NOT NULL,
    candidate integer NOT NULL,
    PRIMARY KEY (tender_id, room_id, round, seat),
    FOREIGN KEY (tender_id, room_id, seat) REFERENCES rooms.seats (tender_id, room_id, number),
    FOREIGN KEY (tender_id, room_id, candidate) REFERENCES rooms.seats (tender_id, room_id, number)
);

CREATE TABLE rooms.review_votes (
    tender_id uuid NOT NULL,
    room_id uuid NOT NULL,
    seat integer NOT NULL,
    bid integer NOT NULL,
    item text NOT NULL,
    passed boolean NOT NULL,
    reason text NOT NULL,
    evidence text NOT NULL,
    PRIMARY KEY (tender_id, room_id, seat, bid, item),
    FOREIGN KEY (tender_id, room_id, seat) REFERENCES rooms.seats (tender_id, room_id, number),
    -- Bid 0 stands for all that are left: do they compete?
    CHECK (bid > 0 OR item = 'competition'),
    CHECK (passed OR reason <> '')
);

CREATE TABLE rooms.scores (
    tender_id uuid NOT NULL,
    room_id uuid NOT NULL,
    seat integer NOT NULL,
    bid integer NOT NULL,
    criterion text NOT NULL,
    points numeric NOT NULL CHECK (points >= 0),
    PRIMARY KEY (tender_id, room_id, seat, bid, criterion),
    FOREIGN KEY (tender_id, room_id, seat) REFERENCES rooms.seats (tender_id, room_id, number),
    FOREIGN KEY (tender_id, room_id, bid) REFERENCES rooms.bids (tender_id, room_id, number)
);

-- What members answered: to the objective marks, to the report.
CREATE TABLE rooms.answers (
    tender_id uuid NOT NULL,
    room_id uuid NOT NULL,
    subject text NOT NULL CHECK (subject IN ('objective', 'report')),
    seat integer NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (tender_id, room_id, subject, seat),
    FOREIGN KEY (tender_id, room_id, seat) REFERENCES rooms.seats (tender_id, room_id, number)
);

-- What bidders said to their prices: to a correction, to the question why they are so low.
CREATE TABLE rooms.price_matters (
    tender_id uuid NOT NULL,
    room_id uuid NOT NULL,
    subject text NOT NULL CHECK (subject IN ('correction', 'explanation')),
    bid integer NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (tender_id, room_id, subject, bid),
    FOREIGN KEY (tender_id, room_id, bid) REFERENCES rooms.bids (tender_id, room_id, number)
);

CREATE TABLE rooms.findings (
    tender_id uuid NOT NULL,
    room_id uuid NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    body jsonb NOT NULL,
    answer jsonb,
    PRIMARY KEY (tender_id, room_id, number),
    FOREIGN KEY (tender_id, room_id) REFERENCES rooms.rooms (tender_id, id)
);

-- Tickets live for seconds of real time and serve once: whoever deletes the row may come in.
-- `room_id` is the tender's id for the hall. The ticket itself is nowhere, only its digest.
-- They live for seconds: nothing to keep, and no commit waits for the disk.
CREATE UNLOGGED TABLE rooms.tickets (
    digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    room_id uuid NOT NULL,
    tender_id uuid NOT NULL,
    viewer text NOT NULL CHECK (
        viewer IN ('public', 'member', 'host', 'guest_operator', 'supervisor')
    ),
    seat integer,
    person_id uuid,
    organization_id uuid,
    expires_at timestamptz NOT NULL,
    CHECK ((viewer = 'member') = (seat IS NOT NULL))
);

CREATE INDEX tickets_by_expiry ON rooms.tickets (expires_at);

CREATE INDEX tickets_expires_at ON rooms.tickets (expires_at);

-- How far the clock has led the halls of published tenders; no row: their first phase.
CREATE TABLE rooms.halls (
    tender_id uuid PRIMARY KEY,
    phase text NOT NULL CHECK (phase IN ('rehearsal', 'sign_in', 'waiting', 'closing'))
);
