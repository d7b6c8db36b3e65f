-- Tenders, their documents and clarifications, uploads, bids, openings, issued documents.

CREATE TABLE tendering.tenders (
    id uuid PRIMARY KEY,
    number text NOT NULL CHECK (char_length(number) BETWEEN 1 AND 40),
    title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 300),
    description text NOT NULL CHECK (char_length(description) <= 20000),
    regime text NOT NULL,
    region text NOT NULL CHECK (region ~ '^[0-9]{6}$'),
    status text NOT NULL CHECK (
        status IN (
            'draft', 'published', 'opening', 'opened', 'evaluating', 'evaluated',
            'candidates_published', 'awarded', 'continued', 'failed', 'terminated'
        )
    ),
    procuring_entity_id uuid NOT NULL REFERENCES tendering.organizations (id),
    agency_id uuid REFERENCES tendering.organizations (id),
    supervisor_id uuid NOT NULL REFERENCES tendering.organizations (id),
    threshold integer NOT NULL CHECK (threshold BETWEEN 2 AND 32),
    suite text NOT NULL
        CHECK (suite IN ('age-v1-x25519', 'age-v1-mlkem768x25519', 'gm-sm2-sm3-sm4')),
    method text NOT NULL CHECK (octet_length(method) <= 262144),
    committee text NOT NULL CHECK (octet_length(committee) <= 65536),
    bid_validity_days integer NOT NULL CHECK (bid_validity_days BETWEEN 1 AND 3650),
    unlock_minutes integer NOT NULL CHECK (unlock_minutes BETWEEN 1 AND 1440),
    drain_seconds integer NOT NULL CHECK (drain_seconds BETWEEN 1 AND 3600),
    deadline timestamptz NOT NULL,
    published_at timestamptz,
    timetable text NOT NULL CHECK (octet_length(timetable) <= 65536),
    source text NOT NULL CHECK (octet_length(source) <= 262144),
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    demonstration boolean NOT NULL,
    circumstances text NOT NULL CHECK (octet_length(circumstances) <= 4096),
    created_at timestamptz NOT NULL,
    -- The round of the procedure, as the notice says it, and the one before.
    round text NOT NULL CHECK (octet_length(round) <= 16384),
    previous_id uuid REFERENCES tendering.tenders (id),
    -- From which public entry on a first round waits for the last one to close.
    withheld_from bigint CHECK (withheld_from > 0),
    admitted_digest bytea CHECK (octet_length(admitted_digest) = 32),
    suspended_reason text CHECK (suspended_reason IN ('objection', 'complaint')),
    suspended_since timestamptz,
    -- What the board finds a tender by: `tendering/domain/board.py` makes text and marks.
    procedure text NOT NULL,
    estimate_fen bigint NOT NULL CHECK (estimate_fen >= 0),
    -- Kept in the row, where a search reads it; the marks and the rest may lie beside.
    search_text text STORAGE MAIN NOT NULL CHECK (char_length(search_text) <= 4000),
    search_marks integer [] NOT NULL,
    CHECK ((suspended_reason IS NULL) = (suspended_since IS NULL)),
    CONSTRAINT tenders_number_is_unique UNIQUE (number),
    CHECK (status IN ('draft', 'terminated') OR published_at IS NOT NULL),
    CHECK ((previous_id IS NULL) = (admitted_digest IS NULL))
) WITH (toast_tuple_target = 512);

CREATE INDEX tenders_board ON tendering.tenders (published_at DESC, id DESC)
WHERE status <> 'draft';
CREATE INDEX tenders_board_deadline ON tendering.tenders (deadline, id) WHERE status <> 'draft';
CREATE INDEX tenders_board_amount ON tendering.tenders (estimate_fen DESC, id DESC)
WHERE status <> 'draft';
-- Read alone to count what has no word: all that the filters ask for.
CREATE INDEX tenders_board_filters ON tendering.tenders (
    region, status, regime, procedure, published_at, deadline, estimate_fen, procuring_entity_id, id
) WHERE status <> 'draft';
-- What a search finds a tender by: the marks of its texts, its status, and every beginning of its
-- region's code, in one index: rows are wide, and those that words alone leave are many. The same
-- of what is searched for, where an empty status or code asks for nothing.
CREATE FUNCTION tendering.board_marks(marks integer [], status text, region text)
RETURNS integer [] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN marks || array_remove(
    ARRAY[
        -array_position(
            ARRAY[
                'published', 'opening', 'opened', 'evaluating', 'evaluated',
                'candidates_published', 'awarded', 'continued', 'failed', 'terminated'
            ],
            status
        ),
        nullif(left(region, 1), '')::integer,
        nullif(left(region, 2), '')::integer,
        nullif(left(region, 3), '')::integer,
        nullif(left(region, 4), '')::integer,
        nullif(left(region, 5), '')::integer,
        nullif(region, '')::integer
    ],
    NULL
);
-- No pending list: a search would read all of it each time.
CREATE INDEX tenders_search_marks ON tendering.tenders
USING gin (tendering.board_marks(search_marks, status, region)) WITH (fastupdate = off);
CREATE INDEX tenders_due ON tendering.tenders (deadline) WHERE status = 'published';
-- A round has one successor at most.
CREATE UNIQUE INDEX tenders_previous_id ON tendering.tenders (previous_id)
    WHERE previous_id IS NOT NULL;
-- One's own tenders, the last deadline first; the first of them finds a buyer's, too.
CREATE INDEX tenders_procuring_entity_id ON tendering.tenders (
    procuring_entity_id, deadline DESC, id
);
CREATE INDEX tenders_agency_id ON tendering.tenders (agency_id, deadline DESC, id)
WHERE agency_id IS NOT NULL;
CREATE INDEX tenders_supervisor_id ON tendering.tenders (supervisor_id, deadline DESC, id);

CREATE TABLE tendering.lots (
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    lot text NOT NULL CHECK (lot ~ '^[A-Za-z0-9-]{1,20}$'),
    title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 300),
    estimate_fen bigint NOT NULL CHECK (estimate_fen > 0),
    ceiling_price_fen bigint NOT NULL CHECK (ceiling_price_fen > 0),
    bid_security_fen bigint NOT NULL CHECK (bid_security_fen >= 0),
    items text NOT NULL CHECK (octet_length(items) <= 1048576),
    bill text CHECK (octet_length(bill) <= 65536),
    PRIMARY KEY (tender_id, lot)
);

CREATE TABLE tendering.key_holders (
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    number integer NOT NULL CHECK (number BETWEEN 1 AND 32),
    organization_id uuid NOT NULL REFERENCES tendering.organizations (id),
    public_key bytea CHECK (octet_length(public_key) IN (32, 65, 1216)),
    announcement text CHECK (octet_length(announcement) <= 32768),
    PRIMARY KEY (tender_id, number),
    CONSTRAINT key_holders_once UNIQUE (tender_id, organization_id),
    CHECK ((public_key IS NULL) = (announcement IS NULL))
);

CREATE TABLE tendering.tender_documents (
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    upload_id uuid NOT NULL,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    size_bytes bigint NOT NULL CHECK (size_bytes > 0),
    media_type text NOT NULL CHECK (char_length(media_type) <= 100),
    -- What was read in it when it was put here.
    checked text CHECK (octet_length(checked) <= 4194304),
    -- The version of the documents that brings it; after the newest published one it waits.
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    PRIMARY KEY (tender_id, version, name)
);

-- Who was invited, or admitted by the round before: as secret as who bids.
CREATE TABLE tendering.participants (
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    lot text NOT NULL CHECK (lot ~ '^[A-Za-z0-9-]{1,20}$'),
    organization_id uuid NOT NULL REFERENCES tendering.organizations (id),
    answer text NOT NULL CHECK (answer IN ('open', 'accepted', 'declined', 'admitted')),
    added_at timestamptz NOT NULL,
    answered_at timestamptz,
    PRIMARY KEY (tender_id, lot, organization_id),
    FOREIGN KEY (tender_id, lot) REFERENCES tendering.lots (tender_id, lot),
    CHECK ((answer IN ('open', 'admitted')) = (answered_at IS NULL))
);

CREATE INDEX participants_organization_id ON tendering.participants (organization_id);

-- Who is qualified, where the procuring entity checks it after the opening.
CREATE TABLE tendering.qualifications (
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    lot text NOT NULL,
    bidder_id uuid NOT NULL REFERENCES tendering.organizations (id),
    passes boolean NOT NULL,
    reason text NOT NULL CHECK (char_length(reason) <= 5000),
    checked_at timestamptz NOT NULL,
    PRIMARY KEY (tender_id, lot, bidder_id),
    FOREIGN KEY (tender_id, lot) REFERENCES tendering.lots (tender_id, lot),
    CHECK (passes OR reason <> '')
);

-- Who downloaded is as secret as who bids (电子招标投标办法 第二十一条).
CREATE TABLE tendering.downloads (
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    organization_id uuid NOT NULL REFERENCES tendering.organizations (id),
    at timestamptz NOT NULL,
    PRIMARY KEY (tender_id, organization_id)
);
CREATE INDEX downloads_organization_id ON tendering.downloads (organization_id);

CREATE TABLE tendering.questions (
    id uuid PRIMARY KEY,
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    organization_id uuid NOT NULL REFERENCES tendering.organizations (id),
    text text NOT NULL CHECK (char_length(text) BETWEEN 1 AND 5000),
    asked_at timestamptz NOT NULL
);

CREATE INDEX questions_tender_id ON tendering.questions (tender_id);

CREATE TABLE tendering.clarifications (
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    number integer NOT NULL CHECK (number > 0),
    text text NOT NULL CHECK (char_length(text) BETWEEN 1 AND 20000),
    affects_bids boolean NOT NULL,
    signed text NOT NULL CHECK (octet_length(signed) <= 131072),
    -- All files of the version that an amendment makes; null where it changes none.
    documents text CHECK (octet_length(documents) <= 1048576),
    published_at timestamptz NOT NULL,
    PRIMARY KEY (tender_id, number)
);

-- Who confirmed that a clarification reached it: as secret as who downloaded.
CREATE TABLE tendering.clarification_receipts (
    tender_id uuid NOT NULL,
    number integer NOT NULL,
    organization_id uuid NOT NULL REFERENCES tendering.organizations (id),
    at timestamptz NOT NULL,
    PRIMARY KEY (tender_id, number, organization_id),
    FOREIGN KEY (tender_id, number) REFERENCES tendering.clarifications (tender_id, number)
);

REVOKE SELECT ON tendering.clarification_receipts FROM tendering_audit;

CREATE TABLE tendering.uploads (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES tendering.organizations (id),
    size_bytes bigint NOT NULL CHECK (size_bytes > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    kept boolean NOT NULL DEFAULT false
);

CREATE INDEX uploads_abandoned ON tendering.uploads (created_at) WHERE NOT kept;

CREATE TABLE tendering.upload_parts (
    upload_id uuid NOT NULL REFERENCES tendering.uploads (id) ON DELETE CASCADE,
    part integer NOT NULL CHECK (part >= 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    stored boolean NOT NULL DEFAULT false,
    PRIMARY KEY (upload_id, part)
);

-- Containers that arrived inside their bid's own request, committed with it and never changed.
CREATE TABLE tendering.small_containers (
    tender_id uuid NOT NULL,
    id uuid NOT NULL,
    content bytea NOT NULL CHECK (octet_length(content) BETWEEN 1 AND 131072),
    PRIMARY KEY (tender_id, id)
);

CREATE INDEX small_containers_id ON tendering.small_containers (id);

-- Ciphertext does not compress.
ALTER TABLE tendering.small_containers ALTER COLUMN content SET STORAGE EXTERNAL;

REVOKE UPDATE, DELETE ON tendering.small_containers FROM tendering_app;
REVOKE SELECT ON tendering.small_containers FROM tendering_audit;

CREATE TABLE tendering.bids (
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    lot text NOT NULL,
    bidder_id uuid NOT NULL REFERENCES tendering.organizations (id),
    counter integer NOT NULL CHECK (counter > 0),
    status text NOT NULL CHECK (
        status IN (
            'submitted', 'replaced', 'withdrawn', 'unlocked', 'deemed_revoked', 'deemed_withdrawn'
        )
    ),
    manifest text NOT NULL CHECK (octet_length(manifest) <= 65536),
    manifest_digest bytea NOT NULL CHECK (octet_length(manifest_digest) = 32),
    envelopes text NOT NULL CHECK (octet_length(envelopes) <= 16384),
    received_at timestamptz NOT NULL,
    PRIMARY KEY (tender_id, lot, bidder_id, counter),
    CONSTRAINT bids_manifest_is_unique UNIQUE (manifest_digest),
    FOREIGN KEY (tender_id, lot) REFERENCES tendering.lots (tender_id, lot)
);

CREATE UNIQUE INDEX bids_one_standing ON tendering.bids (tender_id, lot, bidder_id)
WHERE status NOT IN ('replaced', 'withdrawn');

CREATE INDEX bids_bidder_id ON tendering.bids (bidder_id);

-- Ephemeral keys of every container ever taken: a copier repeats them.
CREATE TABLE tendering.ephemeral_keys (
    key bytea PRIMARY KEY CHECK (octet_length(key) = 32)
);

CREATE TABLE tendering.openings (
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    lot text NOT NULL,
    -- The second unlocks the prices of a tender with two envelopes.
    session integer NOT NULL CHECK (session IN (1, 2)),
    phase text NOT NULL CHECK (phase IN ('unlock', 'revealed', 'recorded', 'failed')),
    shortfall text CHECK (shortfall IN ('go_on_proposed', 'fail_proposed', 'go_on')),
    opened_at timestamptz NOT NULL,
    unlock_until timestamptz NOT NULL,
    revealed_at timestamptz,
    PRIMARY KEY (tender_id, lot, session),
    FOREIGN KEY (tender_id, lot) REFERENCES tendering.lots (tender_id, lot)
);

-- What is said without a session speaks of the newest.
CREATE FUNCTION tendering.newest_session(uuid, text) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT max(session) FROM tendering.openings WHERE tender_id = $1 AND lot = $2
$$;

-- One row per bid in a session; `unlocked_by` is null until it has a verdict.
CREATE TABLE tendering.unlocks (
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    session integer NOT NULL,
    bidder_id uuid NOT NULL REFERENCES tendering.organizations (id),
    place integer NOT NULL CHECK (place > 0),
    key_lost boolean NOT NULL DEFAULT false,
    unlocked_by text CHECK (unlocked_by IN ('bidder', 'key_holders')),
    envelopes text CHECK (octet_length(envelopes) <= 65536),
    form text CHECK (octet_length(form) <= 1048576),
    unlocked_at timestamptz,
    confirmed_at timestamptz,
    PRIMARY KEY (tender_id, lot, session, bidder_id),
    FOREIGN KEY (tender_id, lot, session) REFERENCES tendering.openings (tender_id, lot, session),
    CHECK ((unlocked_by IS NULL) = (unlocked_at IS NULL)),
    CHECK ((unlocked_by IS NULL) = (envelopes IS NULL))
);

CREATE TABLE tendering.shares (
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    session integer NOT NULL,
    bidder_id uuid NOT NULL,
    kind text NOT NULL,
    number integer NOT NULL CHECK (number BETWEEN 1 AND 32),
    share bytea NOT NULL CHECK (octet_length(share) = 16),
    received_at timestamptz NOT NULL,
    PRIMARY KEY (tender_id, lot, bidder_id, kind, number),
    FOREIGN KEY (tender_id, lot, session, bidder_id)
    REFERENCES tendering.unlocks (tender_id, lot, session, bidder_id)
);

-- PDFs the platform makes and others sign in turn. `pdf` is the newest version. `lot` is empty for
-- a document of the whole tender. What an award that was revoked had left is void and stays; what
-- takes its place is the next edition.
CREATE TABLE tendering.issued_documents (
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    lot text NOT NULL CHECK (lot ~ '^[A-Za-z0-9-]{0,20}$'),
    kind text NOT NULL CHECK (
        kind IN (
            'notice', 'clarification', 'opening_record', 'price_record', 'evaluation_report',
            'candidates',
            'award_notice', 'result', 'termination', 'contract', 'archive_certificate'
        )
    ),
    number text NOT NULL CHECK (char_length(number) BETWEEN 1 AND 80),
    pdf bytea NOT NULL CHECK (octet_length(pdf) <= 67108864),
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    signatories text NOT NULL CHECK (octet_length(signatories) <= 1048576),
    secret boolean NOT NULL,
    issued_at timestamptz NOT NULL,
    completed_at timestamptz,
    edition integer NOT NULL DEFAULT 1 CHECK (edition BETWEEN 1 AND 99),
    void_at timestamptz,
    PRIMARY KEY (tender_id, kind, lot, edition)
);

CREATE UNIQUE INDEX issued_documents_standing ON tendering.issued_documents (tender_id, kind, lot)
WHERE void_at IS NULL;

-- The prepared signature that waits for its signer, one a document: a newer one takes its place,
-- and it is gone when the signature is there.
CREATE TABLE tendering.signature_preparations (
    tender_id uuid NOT NULL,
    kind text NOT NULL,
    lot text NOT NULL,
    id uuid NOT NULL,
    place integer NOT NULL CHECK (place > 0),
    certificate bytea NOT NULL CHECK (octet_length(certificate) <= 65536),
    attributes bytea NOT NULL CHECK (octet_length(attributes) <= 4096),
    pdf bytea NOT NULL,
    edition integer NOT NULL DEFAULT 1,
    PRIMARY KEY (tender_id, kind, lot),
    FOREIGN KEY (tender_id, kind, lot, edition)
    REFERENCES tendering.issued_documents (tender_id, kind, lot, edition)
);
