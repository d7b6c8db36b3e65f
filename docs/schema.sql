-- Made by `make schema` from the migrations of all packages; not edited by hand.

CREATE SCHEMA insurance;

CREATE SCHEMA rooms;

CREATE SCHEMA tendering;

CREATE FUNCTION tendering.board_marks(marks integer[], status text, region text) RETURNS integer[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (marks || array_remove(ARRAY[(- array_position(ARRAY['published'::text, 'opening'::text, 'opened'::text, 'evaluating'::text, 'evaluated'::text, 'candidates_published'::text, 'awarded'::text, 'continued'::text, 'failed'::text, 'terminated'::text], status)), (NULLIF("left"(region, 1), ''::text))::integer, (NULLIF("left"(region, 2), ''::text))::integer, (NULLIF("left"(region, 3), ''::text))::integer, (NULLIF("left"(region, 4), ''::text))::integer, (NULLIF("left"(region, 5), ''::text))::integer, (NULLIF(region, ''::text))::integer], NULL::integer));

CREATE FUNCTION tendering.newest_session(uuid, text) RETURNS integer
    LANGUAGE sql STABLE
    AS $_$
    SELECT max(session) FROM tendering.openings WHERE tender_id = $1 AND lot = $2
$_$;

CREATE FUNCTION tendering.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only';

END
$$;

CREATE FUNCTION tendering.refuse_log_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % of % is refused', tg_op, tg_table_name;

END
$$;

CREATE FUNCTION tendering.refuse_young_evidence() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF old.at > (SELECT max(at) FROM tendering.log_evidence) - interval '1 day' THEN
        RAISE EXCEPTION 'evidence of the last day is append-only';

    END IF;

    RETURN old;

END
$$;

CREATE SEQUENCE insurance.call_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE insurance.calls (
    guarantor_id uuid NOT NULL,
    slot integer NOT NULL,
    number bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    direction text NOT NULL,
    message_id uuid,
    door text NOT NULL,
    outcome text NOT NULL,
    explanation text NOT NULL,
    CONSTRAINT calls_direction_check CHECK ((direction = ANY (ARRAY['in'::text, 'out'::text]))),
    CONSTRAINT calls_door_check CHECK ((char_length(door) <= 40)),
    CONSTRAINT calls_explanation_check CHECK ((char_length(explanation) <= 500)),
    CONSTRAINT calls_outcome_check CHECK ((char_length(outcome) <= 60)),
    CONSTRAINT calls_slot_check CHECK (((slot >= 0) AND (slot <= 199)))
);

CREATE TABLE insurance.discrepancies (
    id uuid NOT NULL,
    guarantor_id uuid NOT NULL,
    day date NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    detail text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    owner_id uuid,
    settled_at timestamp with time zone,
    resolution text DEFAULT ''::text NOT NULL,
    CONSTRAINT discrepancies_check CHECK (((settled_at IS NULL) OR (owner_id IS NOT NULL))),
    CONSTRAINT discrepancies_detail_check CHECK ((char_length(detail) <= 300)),
    CONSTRAINT discrepancies_kind_check CHECK (((char_length(kind) >= 1) AND (char_length(kind) <= 40))),
    CONSTRAINT discrepancies_resolution_check CHECK ((char_length(resolution) <= 500)),
    CONSTRAINT discrepancies_subject_check CHECK (((char_length(subject) >= 1) AND (char_length(subject) <= 100)))
);

CREATE TABLE insurance.guarantors (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    endpoint text NOT NULL,
    family text DEFAULT 'signed_http'::text NOT NULL,
    kind text DEFAULT 'insurer'::text NOT NULL,
    public_key bytea NOT NULL,
    previous_key bytea,
    previous_until timestamp with time zone,
    registered_at timestamp with time zone NOT NULL,
    payee_account text DEFAULT ''::text NOT NULL,
    live_since timestamp with time zone,
    conformance_digest bytea,
    CONSTRAINT guarantors_conformance_digest_check CHECK ((octet_length(conformance_digest) = 32)),
    CONSTRAINT guarantors_endpoint_check CHECK (((char_length(endpoint) >= 1) AND (char_length(endpoint) <= 500))),
    CONSTRAINT guarantors_family_check CHECK ((family = ANY (ARRAY['signed_http'::text, 'gm_json'::text, 'xml'::text]))),
    CONSTRAINT guarantors_kind_check CHECK ((kind = ANY (ARRAY['insurer'::text, 'bank'::text, 'guarantee_company'::text]))),
    CONSTRAINT guarantors_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT guarantors_payee_account_check CHECK ((payee_account ~ '^([0-9]{6,40})?$'::text)),
    CONSTRAINT guarantors_previous_has_its_end CHECK (((previous_key IS NULL) = (previous_until IS NULL))),
    CONSTRAINT guarantors_previous_key_check CHECK ((octet_length(previous_key) = ANY (ARRAY[32, 130]))),
    CONSTRAINT guarantors_public_key_check CHECK ((octet_length(public_key) =
CASE family
    WHEN 'gm_json'::text THEN 130
    ELSE 32
END))
);

CREATE TABLE insurance.match_days (
    guarantor_id uuid NOT NULL,
    day date NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_at timestamp with time zone DEFAULT now() NOT NULL,
    matched_at timestamp with time zone,
    CONSTRAINT match_days_attempts_check CHECK ((attempts >= 0))
);

CREATE TABLE insurance.match_lines (
    guarantor_id uuid NOT NULL,
    day date NOT NULL,
    number integer NOT NULL,
    source text NOT NULL,
    order_id uuid NOT NULL,
    body text NOT NULL,
    CONSTRAINT match_lines_body_check CHECK ((char_length(body) <= 2000)),
    CONSTRAINT match_lines_source_check CHECK ((source = ANY (ARRAY['issued'::text, 'payments'::text])))
);

CREATE TABLE insurance.matters (
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    cover_fen bigint,
    cover_until timestamp with time zone,
    amount_fen bigint,
    due_at timestamp with time zone,
    settled_at timestamp with time zone,
    reason text NOT NULL,
    CONSTRAINT matters_amount_fen_check CHECK ((amount_fen > 0)),
    CONSTRAINT matters_check CHECK (((kind = 'extension'::text) = (cover_fen IS NOT NULL))),
    CONSTRAINT matters_check1 CHECK (((cover_fen IS NULL) = (cover_until IS NULL))),
    CONSTRAINT matters_check2 CHECK (((kind = 'extension'::text) = (amount_fen IS NULL))),
    CONSTRAINT matters_check3 CHECK (((kind = 'claim'::text) = (due_at IS NOT NULL))),
    CONSTRAINT matters_check4 CHECK (((state = ANY (ARRAY['agreed'::text, 'declined'::text])) = (settled_at IS NOT NULL))),
    CONSTRAINT matters_cover_fen_check CHECK ((cover_fen > 0)),
    CONSTRAINT matters_kind_check CHECK ((kind = ANY (ARRAY['extension'::text, 'surrender'::text, 'claim'::text]))),
    CONSTRAINT matters_reason_check CHECK ((char_length(reason) <= 500)),
    CONSTRAINT matters_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'under_review'::text, 'undelivered'::text, 'agreed'::text, 'declined'::text])))
);

CREATE TABLE insurance.nonces (
    guarantor_id uuid NOT NULL,
    nonce text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT nonces_nonce_check CHECK (((char_length(nonce) >= 1) AND (char_length(nonce) <= 64)))
);

CREATE TABLE insurance.notices (
    guarantor_id uuid NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    body text NOT NULL,
    reception text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    CONSTRAINT notices_body_check CHECK ((char_length(body) <= 65536)),
    CONSTRAINT notices_reception_check CHECK ((reception = ANY (ARRAY['now'::text, 'later'::text, 'never'::text])))
);

CREATE TABLE insurance.order_steps (
    order_id uuid NOT NULL,
    number integer NOT NULL,
    state text NOT NULL,
    at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    CONSTRAINT order_steps_number_check CHECK ((number > 0)),
    CONSTRAINT order_steps_reason_check CHECK ((char_length(reason) <= 500)),
    CONSTRAINT order_steps_state_check CHECK ((char_length(state) <= 40))
);

CREATE TABLE insurance.orders (
    id uuid NOT NULL,
    bidder_id uuid NOT NULL,
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    guarantor_id uuid NOT NULL,
    state text NOT NULL,
    cover_fen bigint NOT NULL,
    cover_until timestamp with time zone NOT NULL,
    ordered_at timestamp with time zone NOT NULL,
    premium_fen bigint,
    policy_number text,
    insured_fen bigint,
    insured_until timestamp with time zone,
    reason text NOT NULL,
    CONSTRAINT orders_check CHECK (((policy_number IS NULL) = (insured_fen IS NULL))),
    CONSTRAINT orders_check1 CHECK (((policy_number IS NULL) = (insured_until IS NULL))),
    CONSTRAINT orders_check2 CHECK (((policy_number IS NOT NULL) OR (state = ANY (ARRAY['applied'::text, 'underwriting'::text, 'refused'::text, 'undelivered'::text, 'cancelled'::text, 'awaiting_premium'::text, 'paid'::text, 'not_verified'::text, 'surrendered'::text])))),
    CONSTRAINT orders_cover_fen_check CHECK ((cover_fen > 0)),
    CONSTRAINT orders_insured_fen_check CHECK ((insured_fen > 0)),
    CONSTRAINT orders_lot_check CHECK ((lot ~ '^[1-9][0-9]{0,3}$'::text)),
    CONSTRAINT orders_policy_number_check CHECK (((char_length(policy_number) >= 1) AND (char_length(policy_number) <= 200))),
    CONSTRAINT orders_premium_fen_check CHECK ((premium_fen > 0)),
    CONSTRAINT orders_reason_check CHECK ((char_length(reason) <= 500)),
    CONSTRAINT orders_state_check CHECK ((state = ANY (ARRAY['applied'::text, 'underwriting'::text, 'refused'::text, 'undelivered'::text, 'cancelled'::text, 'awaiting_premium'::text, 'paid'::text, 'not_verified'::text, 'verified'::text, 'disclosed'::text, 'claimed'::text, 'indemnified'::text, 'claim_refused'::text, 'released'::text, 'surrendered'::text, 'expired'::text])))
);

CREATE TABLE insurance.outbox (
    id uuid NOT NULL,
    guarantor_id uuid NOT NULL,
    order_id uuid NOT NULL,
    kind text NOT NULL,
    body text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_at timestamp with time zone DEFAULT now() NOT NULL,
    delivered_at timestamp with time zone,
    dead_at timestamp with time zone,
    last_error text DEFAULT ''::text NOT NULL,
    CONSTRAINT outbox_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT outbox_body_check CHECK ((char_length(body) <= 65536)),
    CONSTRAINT outbox_kind_check CHECK ((kind = ANY (ARRAY['application'::text, 'cancellation'::text, 'disclosure'::text, 'release'::text, 'extension'::text, 'surrender'::text, 'claim'::text, 'payment'::text])))
);

CREATE TABLE insurance.payment_notices (
    provider_id uuid NOT NULL,
    id uuid NOT NULL,
    payment_id uuid NOT NULL,
    body text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    CONSTRAINT payment_notices_body_check CHECK ((char_length(body) <= 65536))
);

CREATE TABLE insurance.payment_providers (
    id uuid NOT NULL,
    name text NOT NULL,
    endpoint text NOT NULL,
    public_key bytea NOT NULL,
    registered_at timestamp with time zone NOT NULL,
    CONSTRAINT payment_providers_endpoint_check CHECK (((char_length(endpoint) >= 1) AND (char_length(endpoint) <= 500))),
    CONSTRAINT payment_providers_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT payment_providers_public_key_check CHECK ((octet_length(public_key) = 32))
);

CREATE TABLE insurance.payments (
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    kind text NOT NULL,
    refunds uuid,
    amount_fen bigint NOT NULL,
    payee_account text NOT NULL,
    state text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone,
    paid_fen bigint,
    reference text DEFAULT ''::text NOT NULL,
    pay_url text DEFAULT ''::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT payments_amount_fen_check CHECK ((amount_fen > 0)),
    CONSTRAINT payments_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT payments_check CHECK (((kind = 'refund'::text) = (refunds IS NOT NULL))),
    CONSTRAINT payments_check1 CHECK (((state = ANY (ARRAY['asked'::text, 'accepted'::text, 'undelivered'::text])) = (settled_at IS NULL))),
    CONSTRAINT payments_kind_check CHECK ((kind = ANY (ARRAY['premium'::text, 'refund'::text]))),
    CONSTRAINT payments_paid_fen_check CHECK ((paid_fen > 0)),
    CONSTRAINT payments_pay_url_check CHECK ((char_length(pay_url) <= 500)),
    CONSTRAINT payments_payee_account_check CHECK ((char_length(payee_account) <= 40)),
    CONSTRAINT payments_reason_check CHECK ((char_length(reason) <= 500)),
    CONSTRAINT payments_reference_check CHECK ((char_length(reference) <= 200)),
    CONSTRAINT payments_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'accepted'::text, 'undelivered'::text, 'succeeded'::text, 'failed'::text, 'wrong'::text, 'returned'::text])))
);

CREATE TABLE insurance.policy_files (
    order_id uuid NOT NULL,
    digest bytea NOT NULL,
    content bytea NOT NULL,
    received_at timestamp with time zone NOT NULL,
    accepted_at timestamp with time zone,
    CONSTRAINT policy_files_content_check CHECK (((octet_length(content) >= 1) AND (octet_length(content) <= 2097152))),
    CONSTRAINT policy_files_digest_check CHECK ((octet_length(digest) = 32))
);

CREATE TABLE rooms.answers (
    tender_id uuid NOT NULL,
    room_id uuid NOT NULL,
    subject text NOT NULL,
    seat integer NOT NULL,
    body jsonb NOT NULL,
    CONSTRAINT answers_subject_check CHECK ((subject = ANY (ARRAY['objective'::text, 'report'::text])))
);

CREATE TABLE rooms.bids (
    tender_id uuid NOT NULL,
    room_id uuid NOT NULL,
    number integer NOT NULL,
    bidder_id uuid NOT NULL,
    name text NOT NULL,
    price_fen bigint,
    form jsonb NOT NULL,
    bill_fen jsonb NOT NULL,
    rejected boolean NOT NULL,
    unopened boolean NOT NULL,
    CONSTRAINT bids_number_check CHECK ((number > 0)),
    CONSTRAINT bids_price_fen_check CHECK ((price_fen > 0))
);

CREATE TABLE rooms.chair_votes (
    tender_id uuid NOT NULL,
    room_id uuid NOT NULL,
    round integer NOT NULL,
    seat integer NOT NULL,
    candidate integer NOT NULL,
    CONSTRAINT chair_votes_round_check CHECK ((round > 0))
);

CREATE TABLE rooms.findings (
    tender_id uuid NOT NULL,
    room_id uuid NOT NULL,
    number integer NOT NULL,
    body jsonb NOT NULL,
    answer jsonb,
    CONSTRAINT findings_number_check CHECK ((number > 0))
);

CREATE TABLE rooms.halls (
    tender_id uuid NOT NULL,
    phase text NOT NULL,
    CONSTRAINT halls_phase_check CHECK ((phase = ANY (ARRAY['rehearsal'::text, 'sign_in'::text, 'waiting'::text, 'closing'::text])))
);

CREATE TABLE rooms.matters (
    tender_id uuid NOT NULL,
    room_id uuid NOT NULL,
    kind text NOT NULL,
    number integer NOT NULL,
    body jsonb NOT NULL,
    CONSTRAINT matters_kind_check CHECK ((kind = ANY (ARRAY['camera'::text, 'edition'::text, 'enquiry'::text, 'gap'::text, 'leak'::text, 'motion'::text, 'page'::text, 'pause'::text, 'refusal'::text, 'step_back'::text, 'time'::text]))),
    CONSTRAINT matters_number_check CHECK ((number > 0))
);

CREATE TABLE rooms.objective_marks (
    tender_id uuid NOT NULL,
    room_id uuid NOT NULL,
    bid integer NOT NULL,
    criterion text NOT NULL,
    points numeric NOT NULL,
    basis text NOT NULL,
    CONSTRAINT objective_marks_points_check CHECK ((points >= (0)::numeric))
);

CREATE TABLE rooms.price_matters (
    tender_id uuid NOT NULL,
    room_id uuid NOT NULL,
    subject text NOT NULL,
    bid integer NOT NULL,
    body jsonb NOT NULL,
    CONSTRAINT price_matters_subject_check CHECK ((subject = ANY (ARRAY['correction'::text, 'explanation'::text])))
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
    CONSTRAINT review_votes_check CHECK (((bid > 0) OR (item = 'competition'::text))),
    CONSTRAINT review_votes_check1 CHECK ((passed OR (reason <> ''::text)))
);

CREATE TABLE rooms.rooms (
    tender_id uuid NOT NULL,
    id uuid NOT NULL,
    lot text NOT NULL,
    number integer DEFAULT 1 NOT NULL,
    phase text NOT NULL,
    terms jsonb NOT NULL,
    numbering_seed text NOT NULL,
    chair integer,
    election_round integer NOT NULL,
    election_candidates integer[] NOT NULL,
    revealed boolean NOT NULL,
    named boolean NOT NULL,
    priced boolean NOT NULL,
    corrected boolean NOT NULL,
    price jsonb,
    totals jsonb,
    report jsonb,
    CONSTRAINT rooms_election_round_check CHECK ((election_round > 0)),
    CONSTRAINT rooms_lot_check CHECK ((lot ~ '^[1-9][0-9]{0,3}$'::text)),
    CONSTRAINT rooms_number_check CHECK ((number > 0)),
    CONSTRAINT rooms_numbering_seed_check CHECK ((numbering_seed ~ '^[0-9a-f]{32,128}$'::text)),
    CONSTRAINT rooms_phase_check CHECK ((phase = ANY (ARRAY['preparation'::text, 'chair'::text, 'preliminary'::text, 'clarification'::text, 'technical'::text, 'price'::text, 'totals'::text, 'checks'::text, 'report'::text, 'signing'::text, 'closed'::text, 'void'::text])))
);

CREATE TABLE rooms.scores (
    tender_id uuid NOT NULL,
    room_id uuid NOT NULL,
    seat integer NOT NULL,
    bid integer NOT NULL,
    criterion text NOT NULL,
    points numeric NOT NULL,
    CONSTRAINT scores_points_check CHECK ((points >= (0)::numeric))
);

CREATE TABLE rooms.seats (
    tender_id uuid NOT NULL,
    room_id uuid NOT NULL,
    number integer NOT NULL,
    role text NOT NULL,
    site text NOT NULL,
    name text NOT NULL,
    expert_id uuid,
    person_id uuid NOT NULL,
    checked_in boolean NOT NULL,
    recused boolean NOT NULL,
    locked boolean NOT NULL,
    statements jsonb NOT NULL,
    CONSTRAINT seats_check CHECK (((role = 'member'::text) = (expert_id IS NOT NULL))),
    CONSTRAINT seats_number_check CHECK ((number > 0)),
    CONSTRAINT seats_role_check CHECK ((role = ANY (ARRAY['member'::text, 'host'::text, 'guest_operator'::text, 'supervisor'::text])))
);

CREATE TABLE rooms.site_links (
    tender_id uuid NOT NULL,
    room_id uuid NOT NULL,
    site text NOT NULL,
    key bytea NOT NULL,
    registered_at timestamp with time zone NOT NULL,
    CONSTRAINT site_links_key_check CHECK ((octet_length(key) = 32))
);

CREATE UNLOGGED TABLE rooms.tickets (
    digest bytea NOT NULL,
    room_id uuid NOT NULL,
    tender_id uuid NOT NULL,
    viewer text NOT NULL,
    seat integer,
    person_id uuid,
    organization_id uuid,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT tickets_check CHECK (((viewer = 'member'::text) = (seat IS NOT NULL))),
    CONSTRAINT tickets_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT tickets_viewer_check CHECK ((viewer = ANY (ARRAY['public'::text, 'member'::text, 'host'::text, 'guest_operator'::text, 'supervisor'::text])))
);

CREATE TABLE tendering.archivings (
    tender_id uuid NOT NULL,
    retention text NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    keep_until timestamp with time zone,
    archived_at timestamp with time zone NOT NULL,
    CONSTRAINT archivings_check CHECK (((keep_until IS NULL) = (retention = 'permanent'::text))),
    CONSTRAINT archivings_retention_check CHECK ((retention = ANY (ARRAY['permanent'::text, 'thirty_years'::text, 'ten_years'::text])))
);

CREATE TABLE tendering.arrivals (
    tender_id uuid NOT NULL,
    expert_id uuid NOT NULL,
    booking_id uuid NOT NULL,
    workstation_id uuid NOT NULL,
    arrived_at timestamp with time zone NOT NULL
);

CREATE TABLE tendering.journal (
    tender_id uuid NOT NULL,
    stream text NOT NULL,
    seq bigint NOT NULL,
    kind text NOT NULL,
    body text NOT NULL,
    at timestamp with time zone NOT NULL,
    head bytea NOT NULL,
    CONSTRAINT journal_head_check CHECK ((octet_length(head) = 32)),
    CONSTRAINT journal_kind_check CHECK ((kind ~ '^[a-z_]+\.[a-z_]+$'::text)),
    CONSTRAINT journal_seq_check CHECK ((seq > 0)),
    CONSTRAINT journal_stream_check CHECK ((stream = ANY (ARRAY['public'::text, 'custody'::text, 'committee'::text])))
);

CREATE TABLE tendering.tenders (
    id uuid NOT NULL,
    number text NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    regime text NOT NULL,
    region text NOT NULL,
    status text NOT NULL,
    procuring_entity_id uuid NOT NULL,
    agency_id uuid,
    supervisor_id uuid NOT NULL,
    threshold integer NOT NULL,
    suite text NOT NULL,
    method text NOT NULL,
    committee text NOT NULL,
    bid_validity_days integer NOT NULL,
    unlock_minutes integer NOT NULL,
    drain_seconds integer NOT NULL,
    deadline timestamp with time zone NOT NULL,
    published_at timestamp with time zone,
    timetable text NOT NULL,
    source text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    demonstration boolean NOT NULL,
    circumstances text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    round text NOT NULL,
    previous_id uuid,
    withheld_from bigint,
    admitted_digest bytea,
    suspended_reason text,
    suspended_since timestamp with time zone,
    procedure text NOT NULL,
    estimate_fen bigint NOT NULL,
    search_text text NOT NULL,
    search_marks integer[] NOT NULL,
    opening_from timestamp with time zone,
    CONSTRAINT tenders_admitted_digest_check CHECK ((octet_length(admitted_digest) = 32)),
    CONSTRAINT tenders_bid_validity_days_check CHECK (((bid_validity_days >= 1) AND (bid_validity_days <= 3650))),
    CONSTRAINT tenders_check CHECK (((suspended_reason IS NULL) = (suspended_since IS NULL))),
    CONSTRAINT tenders_check1 CHECK (((status = ANY (ARRAY['draft'::text, 'terminated'::text])) OR (published_at IS NOT NULL))),
    CONSTRAINT tenders_check2 CHECK (((previous_id IS NULL) = (admitted_digest IS NULL))),
    CONSTRAINT tenders_circumstances_check CHECK ((octet_length(circumstances) <= 4096)),
    CONSTRAINT tenders_committee_check CHECK ((octet_length(committee) <= 65536)),
    CONSTRAINT tenders_description_check CHECK ((char_length(description) <= 20000)),
    CONSTRAINT tenders_drain_seconds_check CHECK (((drain_seconds >= 1) AND (drain_seconds <= 3600))),
    CONSTRAINT tenders_estimate_fen_check CHECK ((estimate_fen >= 0)),
    CONSTRAINT tenders_method_check CHECK ((octet_length(method) <= 262144)),
    CONSTRAINT tenders_number_check CHECK (((char_length(number) >= 1) AND (char_length(number) <= 40))),
    CONSTRAINT tenders_region_check CHECK ((region ~ '^[0-9]{6}$'::text)),
    CONSTRAINT tenders_round_check CHECK ((octet_length(round) <= 16384)),
    CONSTRAINT tenders_search_text_check CHECK ((char_length(search_text) <= 4000)),
    CONSTRAINT tenders_source_check CHECK ((octet_length(source) <= 262144)),
    CONSTRAINT tenders_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'published'::text, 'opening'::text, 'opened'::text, 'evaluating'::text, 'evaluated'::text, 'candidates_published'::text, 'awarded'::text, 'continued'::text, 'failed'::text, 'terminated'::text]))),
    CONSTRAINT tenders_suite_check CHECK ((suite = ANY (ARRAY['age-v1-x25519'::text, 'age-v1-mlkem768x25519'::text, 'gm-sm2-sm3-sm4'::text]))),
    CONSTRAINT tenders_suspended_reason_check CHECK ((suspended_reason = ANY (ARRAY['objection'::text, 'complaint'::text]))),
    CONSTRAINT tenders_threshold_check CHECK (((threshold >= 2) AND (threshold <= 32))),
    CONSTRAINT tenders_timetable_check CHECK ((octet_length(timetable) <= 65536)),
    CONSTRAINT tenders_title_check CHECK (((char_length(title) >= 1) AND (char_length(title) <= 300))),
    CONSTRAINT tenders_unlock_minutes_check CHECK (((unlock_minutes >= 1) AND (unlock_minutes <= 1440))),
    CONSTRAINT tenders_version_check CHECK ((version > 0)),
    CONSTRAINT tenders_withheld_from_check CHECK ((withheld_from > 0))
)
WITH (toast_tuple_target='512');

ALTER TABLE ONLY tendering.tenders ALTER COLUMN search_text SET STORAGE MAIN;

CREATE VIEW tendering.audited_journal WITH (security_barrier='true') AS
 SELECT tender_id,
    stream,
    seq,
    kind,
    body,
    at,
    head
   FROM tendering.journal
  WHERE (EXISTS ( SELECT
           FROM tendering.tenders
          WHERE ((tenders.id = journal.tender_id) AND (((journal.stream = 'public'::text) AND ((tenders.withheld_from IS NULL) OR (journal.seq < tenders.withheld_from))) OR ((tenders.withheld_from IS NULL) AND ((tenders.status = 'awarded'::text) OR ((journal.stream = 'custody'::text) AND (tenders.status = ANY (ARRAY['opened'::text, 'evaluating'::text, 'evaluated'::text, 'candidates_published'::text, 'continued'::text])))))))));

CREATE TABLE tendering.authorizations (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    role text NOT NULL,
    granted_by uuid NOT NULL,
    granted_at timestamp with time zone NOT NULL,
    valid_until timestamp with time zone,
    revoked_at timestamp with time zone,
    revoked_by uuid,
    CONSTRAINT authorizations_check CHECK ((valid_until > granted_at)),
    CONSTRAINT authorizations_check1 CHECK (((revoked_at IS NULL) = (revoked_by IS NULL))),
    CONSTRAINT authorizations_role_check CHECK ((role = ANY (ARRAY['bidder'::text, 'procuring_entity'::text, 'agency'::text, 'expert'::text, 'insurer'::text, 'venue_operator'::text, 'key_holder'::text, 'supervisor'::text, 'operator'::text])))
);

CREATE TABLE tendering.awards (
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    bidder_id uuid NOT NULL,
    award text NOT NULL,
    notified_at timestamp with time zone NOT NULL,
    revocation text,
    revoked_at timestamp with time zone,
    CONSTRAINT awards_award_check CHECK ((octet_length(award) <= 65536)),
    CONSTRAINT awards_check CHECK ((revoked_at >= notified_at)),
    CONSTRAINT awards_check1 CHECK ((num_nulls(revocation, revoked_at) = ANY (ARRAY[0, 2]))),
    CONSTRAINT awards_revocation_check CHECK ((octet_length(revocation) <= 65536))
);

CREATE TABLE tendering.bid_securities (
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    bidder_id uuid NOT NULL,
    form text NOT NULL,
    amount_fen bigint NOT NULL,
    valid_until timestamp with time zone NOT NULL,
    guarantor_id uuid,
    reference text NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    account_digest bytea,
    release_case text,
    release_since timestamp with time zone,
    release_due timestamp with time zone,
    released_at timestamp with time zone,
    kept_because text DEFAULT ''::text NOT NULL,
    CONSTRAINT bid_securities_account_digest_check CHECK ((octet_length(account_digest) = 32)),
    CONSTRAINT bid_securities_amount_fen_check CHECK ((amount_fen > 0)),
    CONSTRAINT bid_securities_check CHECK (((release_case IS NULL) = (release_due IS NULL))),
    CONSTRAINT bid_securities_check1 CHECK (((release_case IS NULL) = (release_since IS NULL))),
    CONSTRAINT bid_securities_check2 CHECK (((released_at IS NULL) OR (kept_because = ''::text))),
    CONSTRAINT bid_securities_form_check CHECK ((form = ANY (ARRAY['guarantee_insurance'::text, 'bank_guarantee'::text, 'cash'::text]))),
    CONSTRAINT bid_securities_kept_because_check CHECK ((char_length(kept_because) <= 100)),
    CONSTRAINT bid_securities_reference_check CHECK (((char_length(reference) >= 1) AND (char_length(reference) <= 200))),
    CONSTRAINT bid_securities_release_case_check CHECK ((release_case = ANY (ARRAY['withdrawn'::text, 'deemed_withdrawn'::text, 'no_bid'::text, 'loser'::text, 'winner'::text, 'terminated'::text, 'failed'::text, 'validity_refused'::text])))
);

CREATE TABLE tendering.bids (
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    bidder_id uuid NOT NULL,
    counter integer NOT NULL,
    status text NOT NULL,
    manifest text NOT NULL,
    manifest_digest bytea NOT NULL,
    envelopes text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    CONSTRAINT bids_counter_check CHECK ((counter > 0)),
    CONSTRAINT bids_envelopes_check CHECK ((octet_length(envelopes) <= 16384)),
    CONSTRAINT bids_manifest_check CHECK ((octet_length(manifest) <= 65536)),
    CONSTRAINT bids_manifest_digest_check CHECK ((octet_length(manifest_digest) = 32)),
    CONSTRAINT bids_status_check CHECK ((status = ANY (ARRAY['submitted'::text, 'replaced'::text, 'withdrawn'::text, 'unlocked'::text, 'deemed_revoked'::text, 'deemed_withdrawn'::text])))
);

CREATE TABLE tendering.booked_workstations (
    booking_id uuid NOT NULL,
    workstation bigint NOT NULL,
    begins_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL
);

CREATE TABLE tendering.canaries (
    tender_id uuid NOT NULL,
    number integer NOT NULL,
    occasion text NOT NULL,
    asked integer[] NOT NULL,
    header bytea NOT NULL,
    answers bytea NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    deadline timestamp with time zone NOT NULL,
    missed boolean DEFAULT false NOT NULL,
    CONSTRAINT canaries_answers_check CHECK (((octet_length(answers) >= 64) AND (octet_length(answers) <= 1024))),
    CONSTRAINT canaries_header_check CHECK ((octet_length(header) <= 65536)),
    CONSTRAINT canaries_number_check CHECK ((number > 0)),
    CONSTRAINT canaries_occasion_check CHECK ((occasion = ANY (ARRAY['publication'::text, 'eve'::text, 'replacement'::text])))
);

CREATE TABLE tendering.canary_answers (
    tender_id uuid NOT NULL,
    canary integer NOT NULL,
    holder integer NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT canary_answers_holder_check CHECK (((holder >= 1) AND (holder <= 32)))
);

CREATE TABLE tendering.candidates (
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    candidates text NOT NULL,
    publicity_from timestamp with time zone NOT NULL,
    publicity_until timestamp with time zone NOT NULL,
    CONSTRAINT candidates_candidates_check CHECK ((octet_length(candidates) <= 65536)),
    CONSTRAINT candidates_check CHECK ((publicity_until > publicity_from))
);

CREATE TABLE tendering.certificates (
    serial text NOT NULL,
    organization_id uuid NOT NULL,
    requested_by uuid NOT NULL,
    der bytea NOT NULL,
    public_key bytea NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    not_after timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    revocation_reason text,
    CONSTRAINT certificates_check CHECK ((not_after > issued_at)),
    CONSTRAINT certificates_check1 CHECK (((revoked_at IS NULL) = (revocation_reason IS NULL))),
    CONSTRAINT certificates_der_check CHECK (((octet_length(der) >= 1) AND (octet_length(der) <= 8192))),
    CONSTRAINT certificates_public_key_check CHECK (((octet_length(public_key) >= 1) AND (octet_length(public_key) <= 512))),
    CONSTRAINT certificates_revocation_reason_check CHECK ((revocation_reason = ANY (ARRAY['key_compromise'::text, 'affiliation_changed'::text, 'superseded'::text, 'unspecified'::text]))),
    CONSTRAINT certificates_serial_check CHECK ((serial ~ '^[0-9a-f]{1,40}$'::text))
);

CREATE TABLE tendering.clarification_receipts (
    tender_id uuid NOT NULL,
    number integer NOT NULL,
    organization_id uuid NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE tendering.clarifications (
    tender_id uuid NOT NULL,
    number integer NOT NULL,
    text text NOT NULL,
    affects_bids boolean NOT NULL,
    signed text NOT NULL,
    documents text,
    published_at timestamp with time zone NOT NULL,
    CONSTRAINT clarifications_documents_check CHECK ((octet_length(documents) <= 1048576)),
    CONSTRAINT clarifications_number_check CHECK ((number > 0)),
    CONSTRAINT clarifications_signed_check CHECK ((octet_length(signed) <= 131072)),
    CONSTRAINT clarifications_text_check CHECK (((char_length(text) >= 1) AND (char_length(text) <= 20000)))
);

CREATE TABLE tendering.clearings (
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    digest bytea NOT NULL,
    size_bytes bigint NOT NULL,
    bill_fen text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT clearings_bill_fen_check CHECK ((octet_length(bill_fen) <= 65536)),
    CONSTRAINT clearings_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT clearings_size_bytes_check CHECK ((size_bytes > 0))
);

CREATE TABLE tendering.committee_seats (
    tender_id uuid NOT NULL,
    place integer NOT NULL,
    need integer NOT NULL,
    venue text NOT NULL,
    expert_id uuid NOT NULL,
    seat integer,
    status text NOT NULL,
    CONSTRAINT committee_seats_check CHECK (((seat IS NULL) = (status = 'reserve'::text))),
    CONSTRAINT committee_seats_need_check CHECK ((need >= 0)),
    CONSTRAINT committee_seats_place_check CHECK ((place >= 0)),
    CONSTRAINT committee_seats_seat_check CHECK ((seat > 0)),
    CONSTRAINT committee_seats_status_check CHECK ((status = ANY (ARRAY['seated'::text, 'reserve'::text, 'replaced'::text]))),
    CONSTRAINT committee_seats_venue_check CHECK (((char_length(venue) >= 1) AND (char_length(venue) <= 200)))
);

CREATE TABLE tendering.complaints (
    tender_id uuid NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    objection_id uuid NOT NULL,
    text text NOT NULL,
    signed text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    late boolean NOT NULL,
    accepted boolean,
    suspends boolean,
    suspends_until timestamp with time zone,
    acceptance_text text,
    acceptance_signed text,
    accepted_at timestamp with time zone,
    remedy text,
    ruling_text text,
    ruling_signed text,
    ruled_at timestamp with time zone,
    CONSTRAINT complaints_acceptance_signed_check CHECK ((octet_length(acceptance_signed) <= 131072)),
    CONSTRAINT complaints_acceptance_text_check CHECK (((char_length(acceptance_text) >= 1) AND (char_length(acceptance_text) <= 20000))),
    CONSTRAINT complaints_check CHECK ((num_nulls(accepted, suspends, acceptance_text, acceptance_signed, accepted_at) = ANY (ARRAY[0, 5]))),
    CONSTRAINT complaints_check1 CHECK ((num_nulls(remedy, ruling_text, ruling_signed, ruled_at) = ANY (ARRAY[0, 4]))),
    CONSTRAINT complaints_check2 CHECK (((ruled_at IS NULL) OR accepted)),
    CONSTRAINT complaints_remedy_check CHECK ((remedy = ANY (ARRAY['rejected'::text, 'correct'::text, 're_tender'::text, 'award_void'::text, 're_evaluate'::text, 're_evaluate_anew'::text]))),
    CONSTRAINT complaints_ruling_signed_check CHECK ((octet_length(ruling_signed) <= 131072)),
    CONSTRAINT complaints_ruling_text_check CHECK (((char_length(ruling_text) >= 1) AND (char_length(ruling_text) <= 20000))),
    CONSTRAINT complaints_signed_check CHECK ((octet_length(signed) <= 131072)),
    CONSTRAINT complaints_text_check CHECK (((char_length(text) >= 1) AND (char_length(text) <= 20000)))
);

CREATE TABLE tendering.contracts (
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    bidder_id uuid NOT NULL,
    terms text NOT NULL,
    drafted_at timestamp with time zone NOT NULL,
    signed_at timestamp with time zone,
    published_at timestamp with time zone,
    filed_at timestamp with time zone,
    secured_at timestamp with time zone,
    security_returned_at timestamp with time zone,
    CONSTRAINT contracts_check CHECK (((published_at IS NULL) OR (signed_at IS NOT NULL))),
    CONSTRAINT contracts_check1 CHECK (((filed_at IS NULL) OR (signed_at IS NOT NULL))),
    CONSTRAINT contracts_check2 CHECK (((security_returned_at IS NULL) OR (secured_at IS NOT NULL))),
    CONSTRAINT contracts_terms_check CHECK ((octet_length(terms) <= 16384))
);

CREATE TABLE tendering.deliveries (
    id uuid NOT NULL,
    message_id uuid NOT NULL,
    person_id uuid,
    webhook_id uuid,
    attempts integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    next_at timestamp with time zone DEFAULT now() NOT NULL,
    delivered_at timestamp with time zone,
    dead_at timestamp with time zone,
    last_error text DEFAULT ''::text NOT NULL,
    CONSTRAINT deliveries_check CHECK ((num_nulls(person_id, webhook_id) = 1)),
    CONSTRAINT deliveries_check1 CHECK (((delivered_at IS NULL) OR (dead_at IS NULL))),
    CONSTRAINT deliveries_last_error_check CHECK ((char_length(last_error) <= 300))
);

CREATE TABLE tendering.demonstration_clock (
    id boolean DEFAULT true NOT NULL,
    ahead_microseconds bigint NOT NULL,
    CONSTRAINT demonstration_clock_ahead_microseconds_check CHECK ((ahead_microseconds >= 0)),
    CONSTRAINT demonstration_clock_id_check CHECK (id)
);

CREATE TABLE tendering.document_decisions (
    tender_id uuid NOT NULL,
    finding text NOT NULL,
    accepted boolean NOT NULL,
    reason text NOT NULL,
    person_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT document_decisions_check CHECK ((accepted OR (char_length(reason) >= 10))),
    CONSTRAINT document_decisions_finding_check CHECK ((finding ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT document_decisions_reason_check CHECK ((char_length(reason) <= 2000))
);

CREATE TABLE tendering.downloads (
    tender_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE tendering.draw_contributions (
    tender_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    recipient text NOT NULL,
    container bytea NOT NULL,
    committed_at timestamp with time zone NOT NULL,
    admitted boolean,
    file_key bytea,
    revealed_at timestamp with time zone,
    CONSTRAINT draw_contributions_check CHECK (((file_key IS NULL) = (revealed_at IS NULL))),
    CONSTRAINT draw_contributions_container_check CHECK (((octet_length(container) >= 1) AND (octet_length(container) <= 70000))),
    CONSTRAINT draw_contributions_file_key_check CHECK ((octet_length(file_key) = 16)),
    CONSTRAINT draw_contributions_recipient_check CHECK (((char_length(recipient) >= 1) AND (char_length(recipient) <= 3000)))
);

CREATE TABLE tendering.draw_records (
    tender_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    number integer NOT NULL,
    usable boolean,
    share bytea,
    CONSTRAINT draw_records_number_check CHECK (((number >= 1) AND (number <= 32))),
    CONSTRAINT draw_records_share_check CHECK ((octet_length(share) = 16))
);

CREATE TABLE tendering.draws (
    tender_id uuid NOT NULL,
    needs text NOT NULL,
    representatives integer NOT NULL,
    entries text NOT NULL,
    sealed text NOT NULL,
    pool_root bytea NOT NULL,
    vrf_public bytea NOT NULL,
    frozen_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    seed bytea,
    vrf_proof bytea,
    drawn_at timestamp with time zone,
    bidders uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    kept_from uuid,
    CONSTRAINT draws_check CHECK (((kept_from IS NULL) OR ((kept_from <> tender_id) AND (drawn_at IS NOT NULL)))),
    CONSTRAINT draws_check1 CHECK ((((seed IS NULL) = (drawn_at IS NULL)) AND ((vrf_proof IS NULL) = (drawn_at IS NULL)))),
    CONSTRAINT draws_pool_root_check CHECK ((octet_length(pool_root) = 32)),
    CONSTRAINT draws_representatives_check CHECK ((representatives >= 0)),
    CONSTRAINT draws_seed_check CHECK ((octet_length(seed) = 32)),
    CONSTRAINT draws_vrf_proof_check CHECK ((octet_length(vrf_proof) = 80)),
    CONSTRAINT draws_vrf_public_check CHECK ((octet_length(vrf_public) = 32))
);

CREATE TABLE tendering.duty_watches (
    tender_id uuid NOT NULL,
    look_at timestamp with time zone NOT NULL
);

CREATE TABLE tendering.ephemeral_keys (
    key bytea NOT NULL,
    CONSTRAINT ephemeral_keys_key_check CHECK ((octet_length(key) = 32))
);

CREATE TABLE tendering.evaluations (
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    report text NOT NULL,
    report_digest bytea NOT NULL,
    reported_at timestamp with time zone NOT NULL,
    CONSTRAINT evaluations_report_check CHECK ((octet_length(report) <= 16777216)),
    CONSTRAINT evaluations_report_digest_check CHECK ((octet_length(report_digest) = 32))
);

CREATE TABLE tendering.expert_conduct (
    number bigint NOT NULL,
    expert_id uuid NOT NULL,
    kind text NOT NULL,
    begins_on date NOT NULL,
    ends_on date,
    basis text NOT NULL,
    entered_by uuid NOT NULL,
    entered_at timestamp with time zone NOT NULL,
    CONSTRAINT expert_conduct_basis_check CHECK (((char_length(basis) >= 1) AND (char_length(basis) <= 200))),
    CONSTRAINT expert_conduct_check CHECK ((((kind = 'suspended'::text) = (ends_on IS NOT NULL)) AND (begins_on <= ends_on))),
    CONSTRAINT expert_conduct_kind_check CHECK ((kind = ANY (ARRAY['commended'::text, 'warned'::text, 'suspended'::text, 'removed'::text, 'lifted'::text])))
);

ALTER TABLE tendering.expert_conduct ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME tendering.expert_conduct_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE tendering.expert_fees (
    tender_id uuid NOT NULL,
    expert_id uuid NOT NULL,
    seat integer NOT NULL,
    begins_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    base_fen bigint NOT NULL,
    overtime_fen bigint NOT NULL,
    travel_fen bigint NOT NULL,
    rule text NOT NULL,
    stated_at timestamp with time zone NOT NULL,
    CONSTRAINT expert_fees_base_fen_check CHECK ((base_fen >= 0)),
    CONSTRAINT expert_fees_check CHECK ((ends_at > begins_at)),
    CONSTRAINT expert_fees_overtime_fen_check CHECK ((overtime_fen >= 0)),
    CONSTRAINT expert_fees_seat_check CHECK ((seat > 0)),
    CONSTRAINT expert_fees_travel_fen_check CHECK ((travel_fen >= 0))
);

CREATE TABLE tendering.expert_requests (
    id uuid NOT NULL,
    tender_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    needs text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    places text,
    offered_at timestamp with time zone,
    CONSTRAINT expert_requests_check CHECK (((places IS NULL) = (offered_at IS NULL)))
);

CREATE TABLE tendering.expert_shares (
    id uuid NOT NULL,
    partner_id uuid NOT NULL,
    needs text NOT NULL,
    interested text[] NOT NULL,
    regime text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    status text NOT NULL,
    CONSTRAINT expert_shares_regime_check CHECK (((char_length(regime) >= 1) AND (char_length(regime) <= 40))),
    CONSTRAINT expert_shares_status_check CHECK ((status = ANY (ARRAY['asked'::text, 'shared'::text, 'refused'::text])))
);

CREATE TABLE tendering.experts (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    name text NOT NULL,
    region text NOT NULL,
    employer text NOT NULL,
    employer_uscc text NOT NULL,
    specialities text[] NOT NULL,
    experience_years integer NOT NULL,
    expires_on date NOT NULL,
    relations text NOT NULL,
    registered_at timestamp with time zone NOT NULL,
    left_at timestamp with time zone,
    CONSTRAINT experts_employer_check CHECK (((char_length(employer) >= 1) AND (char_length(employer) <= 200))),
    CONSTRAINT experts_employer_uscc_check CHECK ((employer_uscc ~ '^([0-9A-HJ-NPQRTUWXY]{18})?$'::text)),
    CONSTRAINT experts_experience_years_check CHECK (((experience_years >= 0) AND (experience_years <= 80))),
    CONSTRAINT experts_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT experts_region_check CHECK ((region ~ '^[0-9]{6}$'::text)),
    CONSTRAINT experts_relations_check CHECK ((octet_length(relations) <= 65536)),
    CONSTRAINT experts_specialities_check CHECK (((cardinality(specialities) >= 1) AND (cardinality(specialities) <= 50)))
);

CREATE TABLE tendering.feed (
    "position" bigint NOT NULL,
    tender_id uuid NOT NULL,
    seq bigint NOT NULL,
    CONSTRAINT feed_position_check CHECK (("position" > 0)),
    CONSTRAINT feed_seq_check CHECK ((seq > 0))
);

CREATE TABLE tendering.feed_waiting (
    tender_id uuid NOT NULL,
    seq bigint NOT NULL,
    CONSTRAINT feed_waiting_seq_check CHECK ((seq > 0))
);

CREATE TABLE tendering.former_key_holders (
    tender_id uuid NOT NULL,
    version integer NOT NULL,
    number integer NOT NULL,
    organization_id uuid NOT NULL,
    public_key bytea NOT NULL,
    announcement text NOT NULL,
    until timestamp with time zone NOT NULL,
    CONSTRAINT former_key_holders_announcement_check CHECK ((octet_length(announcement) <= 32768)),
    CONSTRAINT former_key_holders_public_key_check CHECK ((octet_length(public_key) = ANY (ARRAY[32, 65, 1216]))),
    CONSTRAINT former_key_holders_version_check CHECK ((version > 0))
);

CREATE TABLE tendering.heartbeats (
    process_id uuid NOT NULL,
    beat_at timestamp with time zone NOT NULL
);

CREATE TABLE tendering.idempotency_keys (
    scope text NOT NULL,
    key text NOT NULL,
    route text NOT NULL,
    fingerprint bytea NOT NULL,
    status smallint,
    etag text,
    body bytea,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT idempotency_keys_etag_check CHECK ((char_length(etag) <= 200)),
    CONSTRAINT idempotency_keys_fingerprint_check CHECK ((octet_length(fingerprint) = 32)),
    CONSTRAINT idempotency_keys_key_check CHECK ((key ~ '^[A-Za-z0-9_-]{8,64}$'::text)),
    CONSTRAINT idempotency_keys_route_check CHECK ((char_length(route) <= 300)),
    CONSTRAINT idempotency_keys_scope_check CHECK ((char_length(scope) <= 200)),
    CONSTRAINT idempotency_keys_status_check CHECK (((status >= 200) AND (status <= 299)))
);

CREATE TABLE tendering.identities (
    tender_id uuid NOT NULL,
    expert_id uuid NOT NULL,
    venue_id uuid NOT NULL,
    seat integer NOT NULL,
    code text NOT NULL,
    code_until timestamp with time zone NOT NULL,
    CONSTRAINT identities_code_check CHECK ((code ~ '^[0-9]{10}$'::text)),
    CONSTRAINT identities_seat_check CHECK ((seat > 0))
);

CREATE TABLE tendering.identity_steps (
    number bigint NOT NULL,
    tender_id uuid NOT NULL,
    expert_id uuid NOT NULL,
    document_matches boolean,
    score integer,
    approved boolean,
    reason text NOT NULL,
    taken_by uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT identity_steps_check CHECK (((document_matches IS NULL) <> (approved IS NULL))),
    CONSTRAINT identity_steps_reason_check CHECK ((char_length(reason) <= 200)),
    CONSTRAINT identity_steps_score_check CHECK (((score >= 0) AND (score <= 1000)))
);

ALTER TABLE tendering.identity_steps ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME tendering.identity_steps_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE tendering.image_consents (
    tender_id uuid NOT NULL,
    expert_id uuid NOT NULL,
    purpose text NOT NULL,
    given_at timestamp with time zone NOT NULL,
    keep_until timestamp with time zone NOT NULL,
    sealed_image bytea,
    wrapped_key bytea,
    deleted_at timestamp with time zone,
    CONSTRAINT image_consents_check CHECK ((keep_until > given_at)),
    CONSTRAINT image_consents_check1 CHECK (((deleted_at IS NULL) OR (sealed_image IS NULL))),
    CONSTRAINT image_consents_check2 CHECK (((sealed_image IS NULL) = (wrapped_key IS NULL))),
    CONSTRAINT image_consents_purpose_check CHECK (((char_length(purpose) >= 1) AND (char_length(purpose) <= 200))),
    CONSTRAINT image_consents_sealed_image_check CHECK (((octet_length(sealed_image) >= 17) AND (octet_length(sealed_image) <= 262160))),
    CONSTRAINT image_consents_wrapped_key_check CHECK ((octet_length(wrapped_key) = 60))
);

CREATE TABLE tendering.issued_documents (
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    kind text NOT NULL,
    number text NOT NULL,
    pdf bytea NOT NULL,
    digest bytea NOT NULL,
    signatories text NOT NULL,
    secret boolean NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    completed_at timestamp with time zone,
    edition integer DEFAULT 1 NOT NULL,
    void_at timestamp with time zone,
    CONSTRAINT issued_documents_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT issued_documents_edition_check CHECK (((edition >= 1) AND (edition <= 99))),
    CONSTRAINT issued_documents_kind_check CHECK ((kind = ANY (ARRAY['notice'::text, 'clarification'::text, 'opening_record'::text, 'price_record'::text, 'evaluation_report'::text, 'candidates'::text, 'award_notice'::text, 'result'::text, 'termination'::text, 'contract'::text, 'archive_certificate'::text]))),
    CONSTRAINT issued_documents_lot_check CHECK ((lot ~ '^[A-Za-z0-9-]{0,20}$'::text)),
    CONSTRAINT issued_documents_number_check CHECK (((char_length(number) >= 1) AND (char_length(number) <= 80))),
    CONSTRAINT issued_documents_pdf_check CHECK ((octet_length(pdf) <= 67108864)),
    CONSTRAINT issued_documents_signatories_check CHECK ((octet_length(signatories) <= 1048576))
);

CREATE TABLE tendering.key_holder_successors (
    tender_id uuid NOT NULL,
    number integer NOT NULL,
    organization_id uuid NOT NULL,
    reason text NOT NULL,
    ordered_at timestamp with time zone NOT NULL,
    CONSTRAINT key_holder_successors_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 500)))
);

CREATE TABLE tendering.key_holders (
    tender_id uuid NOT NULL,
    number integer NOT NULL,
    organization_id uuid NOT NULL,
    public_key bytea,
    announcement text,
    CONSTRAINT key_holders_announcement_check CHECK ((octet_length(announcement) <= 32768)),
    CONSTRAINT key_holders_check CHECK (((public_key IS NULL) = (announcement IS NULL))),
    CONSTRAINT key_holders_number_check CHECK (((number >= 1) AND (number <= 32))),
    CONSTRAINT key_holders_public_key_check CHECK ((octet_length(public_key) = ANY (ARRAY[32, 65, 1216])))
);

CREATE TABLE tendering.likenesses (
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    session smallint NOT NULL,
    digest bytea NOT NULL,
    size_bytes bigint NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT likenesses_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT likenesses_size_bytes_check CHECK ((size_bytes > 0))
);

CREATE TABLE tendering.log_blocks (
    n bigint NOT NULL,
    seed bytea NOT NULL,
    "real" bytea NOT NULL,
    CONSTRAINT log_blocks_n_check CHECK ((n >= 0)),
    CONSTRAINT log_blocks_real_check CHECK ((((octet_length("real") % 33) = 0) AND (octet_length("real") <= 8448))),
    CONSTRAINT log_blocks_seed_check CHECK ((octet_length(seed) = 32))
);

CREATE TABLE tendering.log_checkpoints (
    size bigint NOT NULL,
    root bytea NOT NULL,
    text text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT log_checkpoints_root_check CHECK ((octet_length(root) = 32)),
    CONSTRAINT log_checkpoints_size_check CHECK (((size > 0) AND ((size % (256)::bigint) = 0)))
);

CREATE TABLE tendering.log_evidence (
    size bigint NOT NULL,
    cosigned text NOT NULL,
    witnesses smallint NOT NULL,
    tokens jsonb NOT NULL,
    authorities smallint NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT log_evidence_authorities_check CHECK ((authorities >= 0)),
    CONSTRAINT log_evidence_witnesses_check CHECK ((witnesses >= 0))
);

CREATE TABLE tendering.log_head (
    only_row boolean DEFAULT true NOT NULL,
    size bigint NOT NULL,
    frontier bytea NOT NULL,
    sequenced_at timestamp with time zone NOT NULL,
    CONSTRAINT log_head_frontier_check CHECK (((octet_length(frontier) % 32) = 0)),
    CONSTRAINT log_head_only_row_check CHECK (only_row),
    CONSTRAINT log_head_size_check CHECK (((size >= 0) AND ((size % (256)::bigint) = 0)))
);

CREATE TABLE tendering.log_leaves (
    leaf bytea NOT NULL,
    index bigint NOT NULL,
    CONSTRAINT log_leaves_index_check CHECK ((index >= 0)),
    CONSTRAINT log_leaves_leaf_check CHECK ((octet_length(leaf) = 32))
);

CREATE TABLE tendering.log_pending (
    seq bigint NOT NULL,
    leaf bytea NOT NULL,
    CONSTRAINT log_pending_leaf_check CHECK ((octet_length(leaf) = 32))
);

ALTER TABLE tendering.log_pending ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME tendering.log_pending_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE tendering.log_tiles (
    level smallint NOT NULL,
    n bigint NOT NULL,
    root bytea NOT NULL,
    hashes bytea,
    CONSTRAINT log_tiles_check CHECK (((level = 0) = (hashes IS NULL))),
    CONSTRAINT log_tiles_hashes_check CHECK ((octet_length(hashes) = 8192)),
    CONSTRAINT log_tiles_level_check CHECK (((level >= 0) AND (level <= 6))),
    CONSTRAINT log_tiles_n_check CHECK ((n >= 0)),
    CONSTRAINT log_tiles_root_check CHECK ((octet_length(root) = 32))
);

ALTER TABLE ONLY tendering.log_tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;

CREATE TABLE tendering.lots (
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    title text NOT NULL,
    estimate_fen bigint NOT NULL,
    ceiling_price_fen bigint NOT NULL,
    bid_security_fen bigint NOT NULL,
    items text NOT NULL,
    bill text,
    CONSTRAINT lots_bid_security_fen_check CHECK ((bid_security_fen >= 0)),
    CONSTRAINT lots_bill_check CHECK ((octet_length(bill) <= 65536)),
    CONSTRAINT lots_ceiling_price_fen_check CHECK ((ceiling_price_fen > 0)),
    CONSTRAINT lots_estimate_fen_check CHECK ((estimate_fen > 0)),
    CONSTRAINT lots_items_check CHECK ((octet_length(items) <= 1048576)),
    CONSTRAINT lots_lot_check CHECK ((lot ~ '^[A-Za-z0-9-]{1,20}$'::text)),
    CONSTRAINT lots_title_check CHECK (((char_length(title) >= 1) AND (char_length(title) <= 300)))
);

CREATE TABLE tendering.message_reads (
    message_id uuid NOT NULL,
    person_id uuid NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE tendering.messages (
    id uuid NOT NULL,
    tender_id uuid NOT NULL,
    kind text NOT NULL,
    role text NOT NULL,
    organization_id uuid,
    person_id uuid,
    zh text NOT NULL,
    en text NOT NULL,
    outward boolean NOT NULL,
    spread boolean DEFAULT false NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT messages_en_check CHECK (((char_length(en) >= 1) AND (char_length(en) <= 500))),
    CONSTRAINT messages_zh_check CHECK (((char_length(zh) >= 1) AND (char_length(zh) <= 500)))
);

CREATE TABLE tendering.migrations (
    package text NOT NULL,
    number integer NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    contracts boolean NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT migrations_number_check CHECK ((number > 0)),
    CONSTRAINT migrations_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);

CREATE TABLE tendering.notification_settings (
    person_id uuid NOT NULL,
    email text NOT NULL,
    muted text[] NOT NULL,
    CONSTRAINT notification_settings_email_check CHECK ((char_length(email) <= 254)),
    CONSTRAINT notification_settings_muted_check CHECK ((cardinality(muted) <= 200))
);

CREATE TABLE tendering.objections (
    tender_id uuid NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    lot text NOT NULL,
    text text NOT NULL,
    statement_digest bytea NOT NULL,
    signed text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    late boolean NOT NULL,
    pauses boolean NOT NULL,
    outcome text,
    reply_text text,
    reply_signed text,
    answered_at timestamp with time zone,
    CONSTRAINT objections_check CHECK ((num_nulls(outcome, reply_text, reply_signed, answered_at) = ANY (ARRAY[0, 4]))),
    CONSTRAINT objections_check1 CHECK ((NOT (late AND pauses))),
    CONSTRAINT objections_kind_check CHECK ((kind = ANY (ARRAY['objection'::text, 'enquiry'::text]))),
    CONSTRAINT objections_lot_check CHECK ((char_length(lot) <= 20)),
    CONSTRAINT objections_outcome_check CHECK ((outcome = ANY (ARRAY['upheld'::text, 'not_upheld'::text]))),
    CONSTRAINT objections_reply_signed_check CHECK ((octet_length(reply_signed) <= 131072)),
    CONSTRAINT objections_reply_text_check CHECK (((char_length(reply_text) >= 1) AND (char_length(reply_text) <= 20000))),
    CONSTRAINT objections_signed_check CHECK ((octet_length(signed) <= 131072)),
    CONSTRAINT objections_statement_digest_check CHECK ((octet_length(statement_digest) = 32)),
    CONSTRAINT objections_subject_check CHECK ((subject = ANY (ARRAY['tender_documents'::text, 'opening'::text, 'evaluation_result'::text]))),
    CONSTRAINT objections_text_check CHECK (((char_length(text) >= 1) AND (char_length(text) <= 20000)))
);

CREATE TABLE tendering.openings (
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    session integer NOT NULL,
    phase text NOT NULL,
    shortfall text,
    opened_at timestamp with time zone NOT NULL,
    unlock_until timestamp with time zone NOT NULL,
    revealed_at timestamp with time zone,
    CONSTRAINT openings_phase_check CHECK ((phase = ANY (ARRAY['unlock'::text, 'revealed'::text, 'recorded'::text, 'failed'::text]))),
    CONSTRAINT openings_session_check CHECK ((session = ANY (ARRAY[1, 2]))),
    CONSTRAINT openings_shortfall_check CHECK ((shortfall = ANY (ARRAY['go_on_proposed'::text, 'fail_proposed'::text, 'go_on'::text])))
);

CREATE TABLE tendering.organizations (
    id uuid NOT NULL,
    uscc text NOT NULL,
    name text NOT NULL,
    roles text[] NOT NULL,
    registered_at timestamp with time zone NOT NULL,
    CONSTRAINT organizations_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT organizations_roles_check CHECK (((cardinality(roles) > 0) AND (roles <@ ARRAY['bidder'::text, 'procuring_entity'::text, 'agency'::text, 'expert'::text, 'insurer'::text, 'venue_operator'::text, 'key_holder'::text, 'supervisor'::text, 'operator'::text]))),
    CONSTRAINT organizations_uscc_check CHECK ((uscc ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'::text))
);

CREATE TABLE tendering.outage_tenders (
    outage_id uuid NOT NULL,
    tender_id uuid NOT NULL
);

CREATE TABLE tendering.outages (
    id uuid NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    trigger_seconds integer NOT NULL,
    is_settled boolean DEFAULT false NOT NULL,
    CONSTRAINT outages_check CHECK ((until > since)),
    CONSTRAINT outages_trigger_seconds_check CHECK ((trigger_seconds > 0))
);

CREATE TABLE tendering.overrides (
    tender_id uuid NOT NULL,
    rule_id text NOT NULL,
    version integer NOT NULL,
    reason text NOT NULL,
    person_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    seen_by uuid,
    seen_at timestamp with time zone,
    CONSTRAINT overrides_check CHECK (((seen_by IS NULL) = (seen_at IS NULL))),
    CONSTRAINT overrides_reason_check CHECK (((char_length(reason) >= 10) AND (char_length(reason) <= 2000))),
    CONSTRAINT overrides_rule_id_check CHECK (((char_length(rule_id) >= 1) AND (char_length(rule_id) <= 40))),
    CONSTRAINT overrides_version_check CHECK ((version > 0))
);

CREATE TABLE tendering.participants (
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    organization_id uuid NOT NULL,
    answer text NOT NULL,
    added_at timestamp with time zone NOT NULL,
    answered_at timestamp with time zone,
    CONSTRAINT participants_answer_check CHECK ((answer = ANY (ARRAY['open'::text, 'accepted'::text, 'declined'::text, 'admitted'::text]))),
    CONSTRAINT participants_check CHECK (((answer = ANY (ARRAY['open'::text, 'admitted'::text])) = (answered_at IS NULL))),
    CONSTRAINT participants_lot_check CHECK ((lot ~ '^[A-Za-z0-9-]{1,20}$'::text))
);

CREATE TABLE tendering.partner_messages (
    partner_id uuid NOT NULL,
    direction text NOT NULL,
    id uuid NOT NULL,
    subject_id uuid NOT NULL,
    number integer NOT NULL,
    action text NOT NULL,
    body text NOT NULL,
    at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_at timestamp with time zone DEFAULT now() NOT NULL,
    delivered_at timestamp with time zone,
    dead_at timestamp with time zone,
    last_error text DEFAULT ''::text NOT NULL,
    CONSTRAINT partner_messages_action_check CHECK (((char_length(action) >= 1) AND (char_length(action) <= 40))),
    CONSTRAINT partner_messages_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT partner_messages_body_check CHECK ((octet_length(body) <= 1048576)),
    CONSTRAINT partner_messages_direction_check CHECK ((direction = ANY (ARRAY['in'::text, 'out'::text]))),
    CONSTRAINT partner_messages_last_error_check CHECK ((char_length(last_error) <= 300)),
    CONSTRAINT partner_messages_number_check CHECK ((number > 0))
);

CREATE TABLE tendering.partner_nonces (
    partner_id uuid NOT NULL,
    nonce text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT partner_nonces_nonce_check CHECK (((char_length(nonce) >= 1) AND (char_length(nonce) <= 64)))
);

CREATE TABLE tendering.partners (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    endpoint text NOT NULL,
    public_key bytea NOT NULL,
    registered_at timestamp with time zone NOT NULL,
    CONSTRAINT partners_endpoint_check CHECK (((char_length(endpoint) >= 1) AND (char_length(endpoint) <= 500))),
    CONSTRAINT partners_public_key_check CHECK ((octet_length(public_key) = 32))
);

CREATE TABLE tendering.passkey_challenges (
    challenge bytea NOT NULL,
    person_id uuid,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT passkey_challenges_challenge_check CHECK ((octet_length(challenge) = 32))
);

CREATE TABLE tendering.passkeys (
    credential_id bytea NOT NULL,
    person_id uuid NOT NULL,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT passkeys_credential_id_check CHECK (((octet_length(credential_id) >= 1) AND (octet_length(credential_id) <= 1023))),
    CONSTRAINT passkeys_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT passkeys_public_key_check CHECK (((octet_length(public_key) >= 1) AND (octet_length(public_key) <= 2048))),
    CONSTRAINT passkeys_sign_count_check CHECK ((sign_count >= 0))
);

CREATE TABLE tendering.people (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    login text NOT NULL,
    password_hash text NOT NULL,
    is_administrator boolean DEFAULT false NOT NULL,
    registered_at timestamp with time zone NOT NULL,
    left_at timestamp with time zone,
    CONSTRAINT people_login_check CHECK ((login ~ '^[a-z0-9][a-z0-9._@-]{2,63}$'::text)),
    CONSTRAINT people_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT people_password_hash_check CHECK ((char_length(password_hash) <= 200))
);

CREATE TABLE tendering.projects (
    id uuid NOT NULL,
    procuring_entity_id uuid NOT NULL,
    name text NOT NULL,
    region text NOT NULL,
    approval text NOT NULL,
    approval_number text NOT NULL,
    approved_by text NOT NULL,
    approved_on date NOT NULL,
    code text NOT NULL,
    investment_fen bigint NOT NULL,
    registered_by uuid NOT NULL,
    registered_at timestamp with time zone NOT NULL,
    CONSTRAINT projects_approval_check CHECK ((approval = ANY (ARRAY['approved'::text, 'authorized'::text, 'filed'::text]))),
    CONSTRAINT projects_approval_number_check CHECK (((char_length(approval_number) >= 1) AND (char_length(approval_number) <= 200))),
    CONSTRAINT projects_approved_by_check CHECK (((char_length(approved_by) >= 1) AND (char_length(approved_by) <= 200))),
    CONSTRAINT projects_code_check CHECK ((char_length(code) <= 24)),
    CONSTRAINT projects_investment_fen_check CHECK ((investment_fen > 0)),
    CONSTRAINT projects_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT projects_region_check CHECK ((region ~ '^[0-9]{6}$'::text))
);

CREATE TABLE tendering.qualifications (
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    bidder_id uuid NOT NULL,
    passes boolean NOT NULL,
    reason text NOT NULL,
    checked_at timestamp with time zone NOT NULL,
    CONSTRAINT qualifications_check CHECK ((passes OR (reason <> ''::text))),
    CONSTRAINT qualifications_reason_check CHECK ((char_length(reason) <= 5000))
);

CREATE TABLE tendering.questions (
    id uuid NOT NULL,
    tender_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    text text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    CONSTRAINT questions_text_check CHECK (((char_length(text) >= 1) AND (char_length(text) <= 5000)))
);

CREATE TABLE tendering.rate_limits (
    bucket bytea NOT NULL,
    full_at timestamp with time zone NOT NULL,
    CONSTRAINT rate_limits_bucket_check CHECK ((octet_length(bucket) = 32))
);

CREATE TABLE tendering.ratings (
    id uuid NOT NULL,
    tender_id uuid NOT NULL,
    service text NOT NULL,
    person_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    role text NOT NULL,
    level text NOT NULL,
    comment text NOT NULL,
    at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone,
    settled_note text DEFAULT ''::text NOT NULL,
    CONSTRAINT ratings_check CHECK (((settled_at IS NULL) = (settled_note = ''::text))),
    CONSTRAINT ratings_check1 CHECK (((settled_at IS NULL) OR (level = ANY (ARRAY['bad'::text, 'very_bad'::text])))),
    CONSTRAINT ratings_comment_check CHECK ((char_length(comment) <= 2000)),
    CONSTRAINT ratings_level_check CHECK ((level = ANY (ARRAY['very_good'::text, 'good'::text, 'fair'::text, 'bad'::text, 'very_bad'::text]))),
    CONSTRAINT ratings_service_check CHECK ((service = ANY (ARRAY['notice_published'::text, 'bid_submitted'::text, 'opening_attended'::text, 'evaluation_done'::text, 'contract_signed'::text]))),
    CONSTRAINT ratings_settled_note_check CHECK ((char_length(settled_note) <= 2000))
);

CREATE TABLE tendering.receipts (
    tender_id uuid NOT NULL,
    manifest_digest bytea NOT NULL,
    act text NOT NULL,
    bidder_id uuid NOT NULL,
    leaf bytea NOT NULL,
    receipt text NOT NULL,
    CONSTRAINT receipts_act_check CHECK ((act = ANY (ARRAY['bid.submitted'::text, 'bid.withdrawn'::text]))),
    CONSTRAINT receipts_leaf_check CHECK ((octet_length(leaf) = 32)),
    CONSTRAINT receipts_manifest_digest_check CHECK ((octet_length(manifest_digest) = 32))
);

CREATE TABLE tendering.seat_calls (
    tender_id uuid NOT NULL,
    begins_at timestamp with time zone NOT NULL,
    answer_minutes integer NOT NULL,
    CONSTRAINT seat_calls_answer_minutes_check CHECK (((answer_minutes >= 5) AND (answer_minutes <= 2880)))
);

CREATE TABLE tendering.seat_invitations (
    id uuid NOT NULL,
    tender_id uuid NOT NULL,
    seat integer NOT NULL,
    expert_id uuid NOT NULL,
    venue text NOT NULL,
    speciality text NOT NULL,
    begins_at timestamp with time zone NOT NULL,
    respond_until timestamp with time zone NOT NULL,
    status text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    CONSTRAINT seat_invitations_seat_check CHECK ((seat > 0)),
    CONSTRAINT seat_invitations_speciality_check CHECK (((char_length(speciality) >= 1) AND (char_length(speciality) <= 200))),
    CONSTRAINT seat_invitations_status_check CHECK ((status = ANY (ARRAY['invited'::text, 'accepted'::text, 'declined'::text, 'lapsed'::text]))),
    CONSTRAINT seat_invitations_venue_check CHECK (((char_length(venue) >= 1) AND (char_length(venue) <= 200)))
);

CREATE TABLE tendering.sessions (
    digest bytea NOT NULL,
    authorization_id uuid NOT NULL,
    csrf_token text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT sessions_check CHECK ((expires_at > created_at)),
    CONSTRAINT sessions_csrf_token_check CHECK ((char_length(csrf_token) = 43)),
    CONSTRAINT sessions_digest_check CHECK ((octet_length(digest) = 32))
);

CREATE TABLE tendering.shared_places (
    share_id uuid NOT NULL,
    place integer NOT NULL,
    expert_id uuid NOT NULL,
    salt bytea NOT NULL,
    status text NOT NULL,
    venue text DEFAULT ''::text NOT NULL,
    speciality text DEFAULT ''::text NOT NULL,
    begins_at timestamp with time zone,
    respond_until timestamp with time zone,
    CONSTRAINT shared_places_place_check CHECK ((place >= 0)),
    CONSTRAINT shared_places_salt_check CHECK ((octet_length(salt) = 32)),
    CONSTRAINT shared_places_speciality_check CHECK ((char_length(speciality) <= 200)),
    CONSTRAINT shared_places_status_check CHECK ((status = ANY (ARRAY['offered'::text, 'drawn'::text, 'accepted'::text, 'declined'::text]))),
    CONSTRAINT shared_places_venue_check CHECK ((char_length(venue) <= 200))
);

CREATE TABLE tendering.shared_seats (
    expert_id uuid NOT NULL,
    request_id uuid NOT NULL,
    place integer NOT NULL,
    named_at timestamp with time zone,
    salt bytea,
    sealed text,
    CONSTRAINT shared_seats_check CHECK ((((named_at IS NULL) = (salt IS NULL)) AND ((named_at IS NULL) = (sealed IS NULL)))),
    CONSTRAINT shared_seats_place_check CHECK ((place >= 0)),
    CONSTRAINT shared_seats_salt_check CHECK ((octet_length(salt) = 32))
);

CREATE TABLE tendering.shares (
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    session integer NOT NULL,
    bidder_id uuid NOT NULL,
    kind text NOT NULL,
    number integer NOT NULL,
    share bytea NOT NULL,
    received_at timestamp with time zone NOT NULL,
    CONSTRAINT shares_number_check CHECK (((number >= 1) AND (number <= 32))),
    CONSTRAINT shares_share_check CHECK ((octet_length(share) = 16))
);

CREATE TABLE tendering.signature_preparations (
    tender_id uuid NOT NULL,
    kind text NOT NULL,
    lot text NOT NULL,
    id uuid NOT NULL,
    place integer NOT NULL,
    certificate bytea NOT NULL,
    attributes bytea NOT NULL,
    pdf bytea NOT NULL,
    edition integer DEFAULT 1 NOT NULL,
    CONSTRAINT signature_preparations_attributes_check CHECK ((octet_length(attributes) <= 4096)),
    CONSTRAINT signature_preparations_certificate_check CHECK ((octet_length(certificate) <= 65536)),
    CONSTRAINT signature_preparations_place_check CHECK ((place > 0))
);

CREATE TABLE tendering.small_containers (
    tender_id uuid NOT NULL,
    id uuid NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT small_containers_content_check CHECK (((octet_length(content) >= 1) AND (octet_length(content) <= 131072)))
);

ALTER TABLE ONLY tendering.small_containers ALTER COLUMN content SET STORAGE EXTERNAL;

CREATE TABLE tendering.tender_documents (
    tender_id uuid NOT NULL,
    name text NOT NULL,
    upload_id uuid NOT NULL,
    digest bytea NOT NULL,
    size_bytes bigint NOT NULL,
    media_type text NOT NULL,
    checked text,
    version integer DEFAULT 1 NOT NULL,
    bill text,
    CONSTRAINT tender_documents_checked_check CHECK ((octet_length(checked) <= 4194304)),
    CONSTRAINT tender_documents_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT tender_documents_media_type_check CHECK ((char_length(media_type) <= 100)),
    CONSTRAINT tender_documents_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT tender_documents_size_bytes_check CHECK ((size_bytes > 0)),
    CONSTRAINT tender_documents_version_check CHECK ((version > 0))
);

CREATE TABLE tendering.unlocks (
    tender_id uuid NOT NULL,
    lot text NOT NULL,
    session integer NOT NULL,
    bidder_id uuid NOT NULL,
    place integer NOT NULL,
    key_lost boolean DEFAULT false NOT NULL,
    unlocked_by text,
    envelopes text,
    form text,
    unlocked_at timestamp with time zone,
    confirmed_at timestamp with time zone,
    CONSTRAINT unlocks_check CHECK (((unlocked_by IS NULL) = (unlocked_at IS NULL))),
    CONSTRAINT unlocks_check1 CHECK (((unlocked_by IS NULL) = (envelopes IS NULL))),
    CONSTRAINT unlocks_envelopes_check CHECK ((octet_length(envelopes) <= 65536)),
    CONSTRAINT unlocks_form_check CHECK ((octet_length(form) <= 1048576)),
    CONSTRAINT unlocks_place_check CHECK ((place > 0)),
    CONSTRAINT unlocks_unlocked_by_check CHECK ((unlocked_by = ANY (ARRAY['bidder'::text, 'key_holders'::text])))
);

CREATE TABLE tendering.upload_parts (
    upload_id uuid NOT NULL,
    part integer NOT NULL,
    root bytea NOT NULL,
    stored boolean DEFAULT false NOT NULL,
    CONSTRAINT upload_parts_part_check CHECK ((part >= 0)),
    CONSTRAINT upload_parts_root_check CHECK ((octet_length(root) = 32))
);

CREATE TABLE tendering.uploads (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    size_bytes bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    kept boolean DEFAULT false NOT NULL,
    CONSTRAINT uploads_size_bytes_check CHECK ((size_bytes > 0))
);

CREATE TABLE tendering.venue_bookings (
    id uuid NOT NULL,
    tender_id uuid,
    partner_id uuid,
    replaces uuid,
    contact text DEFAULT ''::text NOT NULL,
    venue_id uuid NOT NULL,
    seats integer NOT NULL,
    scattered boolean NOT NULL,
    begins_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    status text NOT NULL,
    reason text NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT venue_bookings_are_somebodys CHECK ((num_nonnulls(tender_id, partner_id) = 1)),
    CONSTRAINT venue_bookings_check CHECK ((begins_at < ends_at)),
    CONSTRAINT venue_bookings_contact_check CHECK ((char_length(contact) <= 200)),
    CONSTRAINT venue_bookings_reason_check CHECK ((char_length(reason) <= 200)),
    CONSTRAINT venue_bookings_seats_check CHECK (((seats >= 1) AND (seats <= 99))),
    CONSTRAINT venue_bookings_status_check CHECK ((status = ANY (ARRAY['requested'::text, 'confirmed'::text, 'declined'::text, 'cancelled'::text, 'failed'::text])))
);

CREATE TABLE tendering.venues (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    region text NOT NULL,
    has_desk boolean NOT NULL,
    registered_at timestamp with time zone NOT NULL,
    CONSTRAINT venues_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT venues_region_check CHECK ((region ~ '^[0-9]{6}$'::text))
);

CREATE TABLE tendering.webhooks (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    role text NOT NULL,
    url text NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT webhooks_url_check CHECK (((char_length(url) >= 1) AND (char_length(url) <= 500)))
);

CREATE TABLE tendering.workstations (
    id uuid NOT NULL,
    number bigint NOT NULL,
    venue_id uuid NOT NULL,
    room text NOT NULL,
    label text NOT NULL,
    token_digest bytea NOT NULL,
    CONSTRAINT workstations_label_check CHECK (((char_length(label) >= 1) AND (char_length(label) <= 200))),
    CONSTRAINT workstations_room_check CHECK (((char_length(room) >= 1) AND (char_length(room) <= 200))),
    CONSTRAINT workstations_token_digest_check CHECK ((octet_length(token_digest) = 32))
);

ALTER TABLE tendering.workstations ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME tendering.workstations_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY insurance.calls
    ADD CONSTRAINT calls_pkey PRIMARY KEY (guarantor_id, slot);

ALTER TABLE ONLY insurance.discrepancies
    ADD CONSTRAINT discrepancies_once UNIQUE (guarantor_id, day, kind, subject);

ALTER TABLE ONLY insurance.discrepancies
    ADD CONSTRAINT discrepancies_pkey PRIMARY KEY (id);

ALTER TABLE ONLY insurance.guarantors
    ADD CONSTRAINT guarantors_one_an_organization UNIQUE (organization_id);

ALTER TABLE ONLY insurance.guarantors
    ADD CONSTRAINT guarantors_pkey PRIMARY KEY (id);

ALTER TABLE ONLY insurance.match_days
    ADD CONSTRAINT match_days_pkey PRIMARY KEY (guarantor_id, day);

ALTER TABLE ONLY insurance.match_lines
    ADD CONSTRAINT match_lines_pkey PRIMARY KEY (guarantor_id, day, source, number);

ALTER TABLE ONLY insurance.matters
    ADD CONSTRAINT matters_pkey PRIMARY KEY (id);

ALTER TABLE ONLY insurance.nonces
    ADD CONSTRAINT nonces_pkey PRIMARY KEY (guarantor_id, nonce);

ALTER TABLE ONLY insurance.notices
    ADD CONSTRAINT notices_pkey PRIMARY KEY (guarantor_id, id);

ALTER TABLE ONLY insurance.order_steps
    ADD CONSTRAINT order_steps_pkey PRIMARY KEY (order_id, number);

ALTER TABLE ONLY insurance.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (id);

ALTER TABLE ONLY insurance.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY insurance.payment_notices
    ADD CONSTRAINT payment_notices_pkey PRIMARY KEY (provider_id, id);

ALTER TABLE ONLY insurance.payment_providers
    ADD CONSTRAINT payment_providers_one_an_endpoint UNIQUE (endpoint);

ALTER TABLE ONLY insurance.payment_providers
    ADD CONSTRAINT payment_providers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY insurance.payments
    ADD CONSTRAINT payments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY insurance.policy_files
    ADD CONSTRAINT policy_files_pkey PRIMARY KEY (order_id, digest);

ALTER TABLE ONLY rooms.answers
    ADD CONSTRAINT answers_pkey PRIMARY KEY (tender_id, room_id, subject, seat);

ALTER TABLE ONLY rooms.bids
    ADD CONSTRAINT bids_one_a_bidder UNIQUE (tender_id, room_id, bidder_id);

ALTER TABLE ONLY rooms.bids
    ADD CONSTRAINT bids_pkey PRIMARY KEY (tender_id, room_id, number);

ALTER TABLE ONLY rooms.chair_votes
    ADD CONSTRAINT chair_votes_pkey PRIMARY KEY (tender_id, room_id, round, seat);

ALTER TABLE ONLY rooms.findings
    ADD CONSTRAINT findings_pkey PRIMARY KEY (tender_id, room_id, number);

ALTER TABLE ONLY rooms.halls
    ADD CONSTRAINT halls_pkey PRIMARY KEY (tender_id);

ALTER TABLE ONLY rooms.matters
    ADD CONSTRAINT matters_pkey PRIMARY KEY (tender_id, room_id, kind, number);

ALTER TABLE ONLY rooms.objective_marks
    ADD CONSTRAINT objective_marks_pkey PRIMARY KEY (tender_id, room_id, bid, criterion);

ALTER TABLE ONLY rooms.price_matters
    ADD CONSTRAINT price_matters_pkey PRIMARY KEY (tender_id, room_id, subject, bid);

ALTER TABLE ONLY rooms.review_votes
    ADD CONSTRAINT review_votes_pkey PRIMARY KEY (tender_id, room_id, seat, bid, item);

ALTER TABLE ONLY rooms.rooms
    ADD CONSTRAINT rooms_id_is_unique UNIQUE (id);

ALTER TABLE ONLY rooms.rooms
    ADD CONSTRAINT rooms_one_a_lot UNIQUE (tender_id, lot, number);

ALTER TABLE ONLY rooms.rooms
    ADD CONSTRAINT rooms_pkey PRIMARY KEY (tender_id, id);

ALTER TABLE ONLY rooms.scores
    ADD CONSTRAINT scores_pkey PRIMARY KEY (tender_id, room_id, seat, bid, criterion);

ALTER TABLE ONLY rooms.seats
    ADD CONSTRAINT seats_pkey PRIMARY KEY (tender_id, room_id, number);

ALTER TABLE ONLY rooms.site_links
    ADD CONSTRAINT site_links_pkey PRIMARY KEY (tender_id, room_id, site);

ALTER TABLE ONLY rooms.tickets
    ADD CONSTRAINT tickets_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY tendering.archivings
    ADD CONSTRAINT archivings_pkey PRIMARY KEY (tender_id);

ALTER TABLE ONLY tendering.arrivals
    ADD CONSTRAINT arrivals_pkey PRIMARY KEY (tender_id, expert_id);

ALTER TABLE ONLY tendering.authorizations
    ADD CONSTRAINT authorizations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tendering.awards
    ADD CONSTRAINT awards_pkey PRIMARY KEY (tender_id, lot, bidder_id);

ALTER TABLE ONLY tendering.bid_securities
    ADD CONSTRAINT bid_securities_pkey PRIMARY KEY (tender_id, lot, bidder_id);

ALTER TABLE ONLY tendering.bids
    ADD CONSTRAINT bids_manifest_is_unique UNIQUE (manifest_digest);

ALTER TABLE ONLY tendering.bids
    ADD CONSTRAINT bids_pkey PRIMARY KEY (tender_id, lot, bidder_id, counter);

ALTER TABLE ONLY tendering.booked_workstations
    ADD CONSTRAINT booked_workstations_never_twice EXCLUDE USING gist (int8range(workstation, workstation, '[]'::text) WITH &&, tstzrange(begins_at, ends_at) WITH &&);

ALTER TABLE ONLY tendering.booked_workstations
    ADD CONSTRAINT booked_workstations_pkey PRIMARY KEY (booking_id, workstation);

ALTER TABLE ONLY tendering.canaries
    ADD CONSTRAINT canaries_pkey PRIMARY KEY (tender_id, number);

ALTER TABLE ONLY tendering.canary_answers
    ADD CONSTRAINT canary_answers_pkey PRIMARY KEY (tender_id, canary, holder);

ALTER TABLE ONLY tendering.candidates
    ADD CONSTRAINT candidates_pkey PRIMARY KEY (tender_id, lot);

ALTER TABLE ONLY tendering.certificates
    ADD CONSTRAINT certificates_pkey PRIMARY KEY (serial);

ALTER TABLE ONLY tendering.certificates
    ADD CONSTRAINT certificates_public_key_is_fresh UNIQUE (public_key);

ALTER TABLE ONLY tendering.clarification_receipts
    ADD CONSTRAINT clarification_receipts_pkey PRIMARY KEY (tender_id, number, organization_id);

ALTER TABLE ONLY tendering.clarifications
    ADD CONSTRAINT clarifications_pkey PRIMARY KEY (tender_id, number);

ALTER TABLE ONLY tendering.clearings
    ADD CONSTRAINT clearings_pkey PRIMARY KEY (tender_id, lot);

ALTER TABLE ONLY tendering.committee_seats
    ADD CONSTRAINT committee_seats_pkey PRIMARY KEY (tender_id, place);

ALTER TABLE ONLY tendering.complaints
    ADD CONSTRAINT complaints_once UNIQUE (tender_id, objection_id);

ALTER TABLE ONLY tendering.complaints
    ADD CONSTRAINT complaints_pkey PRIMARY KEY (tender_id, id);

ALTER TABLE ONLY tendering.contracts
    ADD CONSTRAINT contracts_pkey PRIMARY KEY (tender_id, lot);

ALTER TABLE ONLY tendering.deliveries
    ADD CONSTRAINT deliveries_once_a_person UNIQUE (message_id, person_id);

ALTER TABLE ONLY tendering.deliveries
    ADD CONSTRAINT deliveries_once_a_webhook UNIQUE (message_id, webhook_id);

ALTER TABLE ONLY tendering.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tendering.demonstration_clock
    ADD CONSTRAINT demonstration_clock_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tendering.document_decisions
    ADD CONSTRAINT document_decisions_pkey PRIMARY KEY (tender_id, finding);

ALTER TABLE ONLY tendering.downloads
    ADD CONSTRAINT downloads_pkey PRIMARY KEY (tender_id, organization_id);

ALTER TABLE ONLY tendering.draw_contributions
    ADD CONSTRAINT draw_contributions_pkey PRIMARY KEY (tender_id, organization_id);

ALTER TABLE ONLY tendering.draw_records
    ADD CONSTRAINT draw_records_pkey PRIMARY KEY (tender_id, organization_id, number);

ALTER TABLE ONLY tendering.draws
    ADD CONSTRAINT draws_pkey PRIMARY KEY (tender_id);

ALTER TABLE ONLY tendering.duty_watches
    ADD CONSTRAINT duty_watches_pkey PRIMARY KEY (tender_id);

ALTER TABLE ONLY tendering.ephemeral_keys
    ADD CONSTRAINT ephemeral_keys_pkey PRIMARY KEY (key);

ALTER TABLE ONLY tendering.evaluations
    ADD CONSTRAINT evaluations_pkey PRIMARY KEY (tender_id, lot);

ALTER TABLE ONLY tendering.expert_conduct
    ADD CONSTRAINT expert_conduct_pkey PRIMARY KEY (number);

ALTER TABLE ONLY tendering.expert_fees
    ADD CONSTRAINT expert_fees_pkey PRIMARY KEY (tender_id, expert_id);

ALTER TABLE ONLY tendering.expert_requests
    ADD CONSTRAINT expert_requests_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tendering.expert_shares
    ADD CONSTRAINT expert_shares_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tendering.experts
    ADD CONSTRAINT experts_person_is_unique UNIQUE (person_id);

ALTER TABLE ONLY tendering.experts
    ADD CONSTRAINT experts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tendering.feed
    ADD CONSTRAINT feed_holds_an_entry_once UNIQUE (tender_id, seq);

ALTER TABLE ONLY tendering.feed
    ADD CONSTRAINT feed_pkey PRIMARY KEY ("position");

ALTER TABLE ONLY tendering.feed_waiting
    ADD CONSTRAINT feed_waiting_pkey PRIMARY KEY (tender_id, seq);

ALTER TABLE ONLY tendering.former_key_holders
    ADD CONSTRAINT former_key_holders_pkey PRIMARY KEY (tender_id, version);

ALTER TABLE ONLY tendering.heartbeats
    ADD CONSTRAINT heartbeats_pkey PRIMARY KEY (process_id);

ALTER TABLE ONLY tendering.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (scope, key);

ALTER TABLE ONLY tendering.identities
    ADD CONSTRAINT identities_code_is_unique UNIQUE (code);

ALTER TABLE ONLY tendering.identities
    ADD CONSTRAINT identities_pkey PRIMARY KEY (tender_id, expert_id);

ALTER TABLE ONLY tendering.identity_steps
    ADD CONSTRAINT identity_steps_pkey PRIMARY KEY (number);

ALTER TABLE ONLY tendering.image_consents
    ADD CONSTRAINT image_consents_pkey PRIMARY KEY (tender_id, expert_id);

ALTER TABLE ONLY tendering.issued_documents
    ADD CONSTRAINT issued_documents_pkey PRIMARY KEY (tender_id, kind, lot, edition);

ALTER TABLE ONLY tendering.journal
    ADD CONSTRAINT journal_pkey PRIMARY KEY (tender_id, stream, seq);

ALTER TABLE ONLY tendering.key_holder_successors
    ADD CONSTRAINT key_holder_successors_pkey PRIMARY KEY (tender_id, number);

ALTER TABLE ONLY tendering.key_holders
    ADD CONSTRAINT key_holders_once UNIQUE (tender_id, organization_id);

ALTER TABLE ONLY tendering.key_holders
    ADD CONSTRAINT key_holders_pkey PRIMARY KEY (tender_id, number);

ALTER TABLE ONLY tendering.likenesses
    ADD CONSTRAINT likenesses_pkey PRIMARY KEY (tender_id, lot, session);

ALTER TABLE ONLY tendering.log_blocks
    ADD CONSTRAINT log_blocks_pkey PRIMARY KEY (n);

ALTER TABLE ONLY tendering.log_checkpoints
    ADD CONSTRAINT log_checkpoints_pkey PRIMARY KEY (size);

ALTER TABLE ONLY tendering.log_evidence
    ADD CONSTRAINT log_evidence_pkey PRIMARY KEY (size);

ALTER TABLE ONLY tendering.log_head
    ADD CONSTRAINT log_head_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY tendering.log_leaves
    ADD CONSTRAINT log_leaves_index_key UNIQUE (index);

ALTER TABLE ONLY tendering.log_leaves
    ADD CONSTRAINT log_leaves_pkey PRIMARY KEY (leaf);

ALTER TABLE ONLY tendering.log_pending
    ADD CONSTRAINT log_pending_leaf_key UNIQUE (leaf);

ALTER TABLE ONLY tendering.log_pending
    ADD CONSTRAINT log_pending_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY tendering.log_tiles
    ADD CONSTRAINT log_tiles_pkey PRIMARY KEY (level, n);

ALTER TABLE ONLY tendering.lots
    ADD CONSTRAINT lots_pkey PRIMARY KEY (tender_id, lot);

ALTER TABLE ONLY tendering.message_reads
    ADD CONSTRAINT message_reads_pkey PRIMARY KEY (message_id, person_id);

ALTER TABLE ONLY tendering.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tendering.migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (package, number);

ALTER TABLE ONLY tendering.notification_settings
    ADD CONSTRAINT notification_settings_pkey PRIMARY KEY (person_id);

ALTER TABLE ONLY tendering.objections
    ADD CONSTRAINT objections_once UNIQUE (tender_id, organization_id, statement_digest);

ALTER TABLE ONLY tendering.objections
    ADD CONSTRAINT objections_pkey PRIMARY KEY (tender_id, id);

ALTER TABLE ONLY tendering.openings
    ADD CONSTRAINT openings_pkey PRIMARY KEY (tender_id, lot, session);

ALTER TABLE ONLY tendering.organizations
    ADD CONSTRAINT organizations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tendering.organizations
    ADD CONSTRAINT organizations_uscc_is_unique UNIQUE (uscc);

ALTER TABLE ONLY tendering.outage_tenders
    ADD CONSTRAINT outage_tenders_pkey PRIMARY KEY (outage_id, tender_id);

ALTER TABLE ONLY tendering.outages
    ADD CONSTRAINT outages_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tendering.overrides
    ADD CONSTRAINT overrides_pkey PRIMARY KEY (tender_id, rule_id, version);

ALTER TABLE ONLY tendering.participants
    ADD CONSTRAINT participants_pkey PRIMARY KEY (tender_id, lot, organization_id);

ALTER TABLE ONLY tendering.partner_messages
    ADD CONSTRAINT partner_messages_have_an_order UNIQUE (partner_id, direction, subject_id, number);

ALTER TABLE ONLY tendering.partner_messages
    ADD CONSTRAINT partner_messages_pkey PRIMARY KEY (partner_id, direction, id);

ALTER TABLE ONLY tendering.partner_nonces
    ADD CONSTRAINT partner_nonces_pkey PRIMARY KEY (partner_id, nonce);

ALTER TABLE ONLY tendering.partners
    ADD CONSTRAINT partners_key_is_unique UNIQUE (public_key);

ALTER TABLE ONLY tendering.partners
    ADD CONSTRAINT partners_organization_is_unique UNIQUE (organization_id);

ALTER TABLE ONLY tendering.partners
    ADD CONSTRAINT partners_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tendering.passkey_challenges
    ADD CONSTRAINT passkey_challenges_pkey PRIMARY KEY (challenge);

ALTER TABLE ONLY tendering.passkeys
    ADD CONSTRAINT passkeys_pkey PRIMARY KEY (credential_id);

ALTER TABLE ONLY tendering.people
    ADD CONSTRAINT people_login_is_unique UNIQUE (login);

ALTER TABLE ONLY tendering.people
    ADD CONSTRAINT people_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tendering.projects
    ADD CONSTRAINT projects_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tendering.qualifications
    ADD CONSTRAINT qualifications_pkey PRIMARY KEY (tender_id, lot, bidder_id);

ALTER TABLE ONLY tendering.questions
    ADD CONSTRAINT questions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tendering.rate_limits
    ADD CONSTRAINT rate_limits_pkey PRIMARY KEY (bucket);

ALTER TABLE ONLY tendering.ratings
    ADD CONSTRAINT ratings_once UNIQUE (tender_id, service, person_id);

ALTER TABLE ONLY tendering.ratings
    ADD CONSTRAINT ratings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tendering.receipts
    ADD CONSTRAINT receipts_leaf_key UNIQUE (leaf);

ALTER TABLE ONLY tendering.receipts
    ADD CONSTRAINT receipts_pkey PRIMARY KEY (tender_id, manifest_digest, act);

ALTER TABLE ONLY tendering.seat_calls
    ADD CONSTRAINT seat_calls_pkey PRIMARY KEY (tender_id);

ALTER TABLE ONLY tendering.seat_invitations
    ADD CONSTRAINT seat_invitations_one_an_expert UNIQUE (tender_id, expert_id);

ALTER TABLE ONLY tendering.seat_invitations
    ADD CONSTRAINT seat_invitations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tendering.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY tendering.shared_places
    ADD CONSTRAINT shared_places_pkey PRIMARY KEY (share_id, place);

ALTER TABLE ONLY tendering.shared_seats
    ADD CONSTRAINT shared_seats_pkey PRIMARY KEY (expert_id);

ALTER TABLE ONLY tendering.shared_seats
    ADD CONSTRAINT shared_seats_place_is_unique UNIQUE (request_id, place);

ALTER TABLE ONLY tendering.shares
    ADD CONSTRAINT shares_pkey PRIMARY KEY (tender_id, lot, bidder_id, kind, number);

ALTER TABLE ONLY tendering.signature_preparations
    ADD CONSTRAINT signature_preparations_pkey PRIMARY KEY (tender_id, kind, lot);

ALTER TABLE ONLY tendering.small_containers
    ADD CONSTRAINT small_containers_pkey PRIMARY KEY (tender_id, id);

ALTER TABLE ONLY tendering.tender_documents
    ADD CONSTRAINT tender_documents_pkey PRIMARY KEY (tender_id, version, name);

ALTER TABLE ONLY tendering.tenders
    ADD CONSTRAINT tenders_number_is_unique UNIQUE (number);

ALTER TABLE ONLY tendering.tenders
    ADD CONSTRAINT tenders_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tendering.unlocks
    ADD CONSTRAINT unlocks_pkey PRIMARY KEY (tender_id, lot, session, bidder_id);

ALTER TABLE ONLY tendering.upload_parts
    ADD CONSTRAINT upload_parts_pkey PRIMARY KEY (upload_id, part);

ALTER TABLE ONLY tendering.uploads
    ADD CONSTRAINT uploads_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tendering.venue_bookings
    ADD CONSTRAINT venue_bookings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tendering.venues
    ADD CONSTRAINT venues_name_is_unique UNIQUE (name);

ALTER TABLE ONLY tendering.venues
    ADD CONSTRAINT venues_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tendering.webhooks
    ADD CONSTRAINT webhooks_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tendering.workstations
    ADD CONSTRAINT workstations_number_key UNIQUE (number);

ALTER TABLE ONLY tendering.workstations
    ADD CONSTRAINT workstations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tendering.workstations
    ADD CONSTRAINT workstations_place_is_unique UNIQUE (venue_id, room, label);

ALTER TABLE ONLY tendering.workstations
    ADD CONSTRAINT workstations_token_is_unique UNIQUE (token_digest);

CREATE INDEX discrepancies_open ON insurance.discrepancies USING btree (opened_at) WHERE (settled_at IS NULL);

CREATE INDEX match_days_due ON insurance.match_days USING btree (next_at) WHERE (matched_at IS NULL);

CREATE INDEX match_lines_order_id ON insurance.match_lines USING btree (order_id);

CREATE UNIQUE INDEX matters_one_open ON insurance.matters USING btree (order_id, kind) WHERE (state = ANY (ARRAY['asked'::text, 'under_review'::text]));

CREATE INDEX matters_order_id ON insurance.matters USING btree (order_id, asked_at);

CREATE INDEX nonces_created_at ON insurance.nonces USING btree (created_at);

CREATE INDEX notices_waiting ON insurance.notices USING btree (order_id) WHERE (reception = 'later'::text);

CREATE INDEX orders_bidder_id ON insurance.orders USING btree (bidder_id, ordered_at);

CREATE INDEX orders_guarantor_id ON insurance.orders USING btree (guarantor_id);

CREATE INDEX orders_in_force ON insurance.orders USING btree (tender_id) WHERE (state = ANY (ARRAY['verified'::text, 'disclosed'::text, 'claim_refused'::text]));

CREATE UNIQUE INDEX orders_one_applied ON insurance.orders USING btree (tender_id, lot, bidder_id, guarantor_id) WHERE (state = 'applied'::text);

CREATE INDEX orders_to_disclose ON insurance.orders USING btree (tender_id) WHERE (state = 'verified'::text);

CREATE INDEX outbox_due ON insurance.outbox USING btree (guarantor_id, next_at) WHERE ((delivered_at IS NULL) AND (dead_at IS NULL));

CREATE INDEX outbox_order_id ON insurance.outbox USING btree (order_id, kind);

CREATE INDEX payments_due ON insurance.payments USING btree (next_at) WHERE (state = 'asked'::text);

CREATE UNIQUE INDEX payments_one_premium ON insurance.payments USING btree (order_id) WHERE ((kind = 'premium'::text) AND (state <> ALL (ARRAY['failed'::text, 'returned'::text])));

CREATE UNIQUE INDEX payments_one_refund ON insurance.payments USING btree (refunds) WHERE (state <> 'failed'::text);

CREATE INDEX payments_order_id ON insurance.payments USING btree (order_id, asked_at);

CREATE INDEX seats_person_id ON rooms.seats USING btree (person_id);

CREATE INDEX site_links_room_id ON rooms.site_links USING btree (room_id, site);

CREATE INDEX tickets_by_expiry ON rooms.tickets USING btree (expires_at);

CREATE INDEX tickets_expires_at ON rooms.tickets USING btree (expires_at);

CREATE INDEX archivings_keep_until ON tendering.archivings USING btree (keep_until, tender_id);

CREATE INDEX arrivals_booking_id ON tendering.arrivals USING btree (booking_id);

CREATE INDEX arrivals_expert_id ON tendering.arrivals USING btree (expert_id);

CREATE INDEX arrivals_workstation_id ON tendering.arrivals USING btree (workstation_id);

CREATE UNIQUE INDEX authorizations_one_standing ON tendering.authorizations USING btree (person_id, role) WHERE (revoked_at IS NULL);

CREATE INDEX authorizations_organization_id ON tendering.authorizations USING btree (organization_id);

CREATE INDEX awards_bidder_id ON tendering.awards USING btree (bidder_id);

CREATE UNIQUE INDEX awards_standing ON tendering.awards USING btree (tender_id, lot) WHERE (revoked_at IS NULL);

CREATE INDEX bids_bidder_id ON tendering.bids USING btree (bidder_id);

CREATE UNIQUE INDEX bids_one_standing ON tendering.bids USING btree (tender_id, lot, bidder_id) WHERE (status <> ALL (ARRAY['replaced'::text, 'withdrawn'::text]));

CREATE INDEX booked_workstations_workstation ON tendering.booked_workstations USING btree (workstation);

CREATE INDEX certificates_organization_id ON tendering.certificates USING btree (organization_id);

CREATE INDEX certificates_revoked_at ON tendering.certificates USING btree (revoked_at) WHERE (revoked_at IS NOT NULL);

CREATE INDEX committee_seats_expert_id ON tendering.committee_seats USING btree (expert_id);

CREATE UNIQUE INDEX committee_seats_one_expert_a_seat ON tendering.committee_seats USING btree (tender_id, seat) WHERE (status = 'seated'::text);

CREATE INDEX complaints_lapsing ON tendering.complaints USING btree (suspends_until) WHERE (suspends AND (ruled_at IS NULL));

CREATE INDEX complaints_organization_id ON tendering.complaints USING btree (organization_id);

CREATE INDEX contracts_bidder_id ON tendering.contracts USING btree (bidder_id);

CREATE INDEX deliveries_due ON tendering.deliveries USING btree (next_at) WHERE ((delivered_at IS NULL) AND (dead_at IS NULL));

CREATE INDEX deliveries_of_person ON tendering.deliveries USING btree (person_id, created_at DESC);

CREATE INDEX deliveries_of_webhook ON tendering.deliveries USING btree (webhook_id, created_at DESC);

CREATE INDEX downloads_organization_id ON tendering.downloads USING btree (organization_id);

CREATE INDEX draw_contributions_organization_id ON tendering.draw_contributions USING btree (organization_id);

CREATE INDEX draws_kept_from ON tendering.draws USING btree (kept_from) WHERE (kept_from IS NOT NULL);

CREATE INDEX duty_watches_look_at ON tendering.duty_watches USING btree (look_at);

CREATE INDEX expert_conduct_entered_by ON tendering.expert_conduct USING btree (entered_by);

CREATE INDEX expert_conduct_expert_id ON tendering.expert_conduct USING btree (expert_id, number);

CREATE INDEX expert_fees_expert_id ON tendering.expert_fees USING btree (expert_id);

CREATE INDEX expert_requests_partner_id ON tendering.expert_requests USING btree (partner_id);

CREATE INDEX expert_requests_tender_id ON tendering.expert_requests USING btree (tender_id);

CREATE INDEX expert_shares_partner_id ON tendering.expert_shares USING btree (partner_id);

CREATE INDEX idempotency_keys_created_at ON tendering.idempotency_keys USING btree (created_at);

CREATE INDEX identities_expert_id ON tendering.identities USING btree (expert_id);

CREATE INDEX identities_venue_id ON tendering.identities USING btree (venue_id);

CREATE INDEX identity_steps_of ON tendering.identity_steps USING btree (tender_id, expert_id, number);

CREATE INDEX identity_steps_taken_by ON tendering.identity_steps USING btree (taken_by);

CREATE INDEX image_consents_due ON tendering.image_consents USING btree (keep_until) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX issued_documents_standing ON tendering.issued_documents USING btree (tender_id, kind, lot) WHERE (void_at IS NULL);

CREATE INDEX key_holder_successors_organization_id ON tendering.key_holder_successors USING btree (organization_id);

CREATE INDEX message_reads_person_id ON tendering.message_reads USING btree (person_id);

CREATE INDEX messages_of_organization ON tendering.messages USING btree (organization_id, role, at DESC, id DESC);

CREATE INDEX messages_of_person ON tendering.messages USING btree (person_id) WHERE (person_id IS NOT NULL);

CREATE INDEX messages_of_tender ON tendering.messages USING btree (tender_id);

CREATE INDEX messages_to_spread ON tendering.messages USING btree (at, id) WHERE (outward AND (NOT spread));

CREATE INDEX objections_organization_id ON tendering.objections USING btree (organization_id);

CREATE INDEX outage_tenders_tender_id ON tendering.outage_tenders USING btree (tender_id);

CREATE INDEX outages_unsettled ON tendering.outages USING btree (since) WHERE (NOT is_settled);

CREATE INDEX participants_organization_id ON tendering.participants USING btree (organization_id);

CREATE INDEX partner_messages_due ON tendering.partner_messages USING btree (next_at) WHERE ((direction = 'out'::text) AND (delivered_at IS NULL) AND (dead_at IS NULL));

CREATE INDEX partner_nonces_created_at ON tendering.partner_nonces USING btree (created_at);

CREATE INDEX passkey_challenges_expires_at ON tendering.passkey_challenges USING btree (expires_at);

CREATE INDEX passkeys_person_id ON tendering.passkeys USING btree (person_id);

CREATE INDEX people_organization_id ON tendering.people USING btree (organization_id);

CREATE UNIQUE INDEX projects_once ON tendering.projects USING btree (procuring_entity_id, approval_number);

CREATE INDEX questions_tender_id ON tendering.questions USING btree (tender_id);

CREATE INDEX rate_limits_full_at ON tendering.rate_limits USING btree (full_at);

CREATE INDEX ratings_bad ON tendering.ratings USING btree (settled_at, at) WHERE (level = ANY (ARRAY['bad'::text, 'very_bad'::text]));

CREATE INDEX ratings_organization_id ON tendering.ratings USING btree (organization_id);

CREATE INDEX ratings_person_id ON tendering.ratings USING btree (person_id);

CREATE INDEX receipts_manifest_digest ON tendering.receipts USING btree (manifest_digest);

CREATE INDEX seat_invitations_due ON tendering.seat_invitations USING btree (respond_until) WHERE (status = 'invited'::text);

CREATE INDEX seat_invitations_expert_id ON tendering.seat_invitations USING btree (expert_id);

CREATE INDEX sessions_authorization_id ON tendering.sessions USING btree (authorization_id);

CREATE INDEX sessions_expires_at ON tendering.sessions USING btree (expires_at);

CREATE INDEX shared_places_expert_id ON tendering.shared_places USING btree (expert_id);

CREATE INDEX small_containers_id ON tendering.small_containers USING btree (id);

CREATE INDEX tenders_agency_id ON tendering.tenders USING btree (agency_id, deadline DESC, id) WHERE (agency_id IS NOT NULL);

CREATE INDEX tenders_board ON tendering.tenders USING btree (published_at DESC, id DESC) WHERE (status <> 'draft'::text);

CREATE INDEX tenders_board_amount ON tendering.tenders USING btree (estimate_fen DESC, id DESC) WHERE (status <> 'draft'::text);

CREATE INDEX tenders_board_deadline ON tendering.tenders USING btree (deadline, id) WHERE (status <> 'draft'::text);

CREATE INDEX tenders_board_filters ON tendering.tenders USING btree (region, status, regime, procedure, published_at, deadline, estimate_fen, procuring_entity_id, id) WHERE (status <> 'draft'::text);

CREATE INDEX tenders_due ON tendering.tenders USING btree (deadline) WHERE (status = 'published'::text);

CREATE UNIQUE INDEX tenders_previous_id ON tendering.tenders USING btree (previous_id) WHERE (previous_id IS NOT NULL);

CREATE INDEX tenders_procuring_entity_id ON tendering.tenders USING btree (procuring_entity_id, deadline DESC, id);

CREATE INDEX tenders_search_marks ON tendering.tenders USING gin (tendering.board_marks(search_marks, status, region)) WITH (fastupdate=off);

CREATE INDEX tenders_supervisor_id ON tendering.tenders USING btree (supervisor_id, deadline DESC, id);

CREATE INDEX uploads_abandoned ON tendering.uploads USING btree (created_at) WHERE (NOT kept);

CREATE INDEX venue_bookings_ending ON tendering.venue_bookings USING btree (ends_at) WHERE ((status = 'confirmed'::text) AND (ended_at IS NULL));

CREATE UNIQUE INDEX venue_bookings_one_of_a_kind ON tendering.venue_bookings USING btree (tender_id, venue_id, status) WHERE (status = ANY (ARRAY['requested'::text, 'confirmed'::text]));

CREATE INDEX venue_bookings_partner_id ON tendering.venue_bookings USING btree (partner_id);

CREATE INDEX venue_bookings_replaces ON tendering.venue_bookings USING btree (replaces);

CREATE INDEX venue_bookings_venue_id ON tendering.venue_bookings USING btree (venue_id, begins_at);

CREATE INDEX venues_organization_id ON tendering.venues USING btree (organization_id);

CREATE INDEX webhooks_created_by ON tendering.webhooks USING btree (created_by);

CREATE INDEX webhooks_organization_id ON tendering.webhooks USING btree (organization_id, role) WHERE (ended_at IS NULL);

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tendering.log_blocks FOR EACH STATEMENT EXECUTE FUNCTION tendering.refuse_log_change();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tendering.log_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION tendering.refuse_log_change();

CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON tendering.log_evidence FOR EACH STATEMENT EXECUTE FUNCTION tendering.refuse_log_change();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tendering.log_leaves FOR EACH STATEMENT EXECUTE FUNCTION tendering.refuse_log_change();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tendering.log_tiles FOR EACH STATEMENT EXECUTE FUNCTION tendering.refuse_log_change();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tendering.receipts FOR EACH STATEMENT EXECUTE FUNCTION tendering.refuse_log_change();

CREATE TRIGGER archivings_are_kept BEFORE DELETE OR UPDATE ON tendering.archivings FOR EACH ROW EXECUTE FUNCTION tendering.refuse_change();

CREATE TRIGGER archivings_are_not_truncated BEFORE TRUNCATE ON tendering.archivings FOR EACH STATEMENT EXECUTE FUNCTION tendering.refuse_change();

CREATE TRIGGER journal_is_append_only BEFORE DELETE OR UPDATE ON tendering.journal FOR EACH ROW EXECUTE FUNCTION tendering.refuse_change();

CREATE TRIGGER journal_is_not_truncated BEFORE TRUNCATE ON tendering.journal FOR EACH STATEMENT EXECUTE FUNCTION tendering.refuse_change();

CREATE TRIGGER kept_for_a_day BEFORE DELETE ON tendering.log_evidence FOR EACH ROW EXECUTE FUNCTION tendering.refuse_young_evidence();

ALTER TABLE ONLY insurance.calls
    ADD CONSTRAINT calls_guarantor_id_fkey FOREIGN KEY (guarantor_id) REFERENCES insurance.guarantors(id);

ALTER TABLE ONLY insurance.discrepancies
    ADD CONSTRAINT discrepancies_guarantor_id_fkey FOREIGN KEY (guarantor_id) REFERENCES insurance.guarantors(id);

ALTER TABLE ONLY insurance.match_days
    ADD CONSTRAINT match_days_guarantor_id_fkey FOREIGN KEY (guarantor_id) REFERENCES insurance.guarantors(id);

ALTER TABLE ONLY insurance.match_lines
    ADD CONSTRAINT match_lines_guarantor_id_fkey FOREIGN KEY (guarantor_id) REFERENCES insurance.guarantors(id);

ALTER TABLE ONLY insurance.matters
    ADD CONSTRAINT matters_order_id_fkey FOREIGN KEY (order_id) REFERENCES insurance.orders(id);

ALTER TABLE ONLY insurance.nonces
    ADD CONSTRAINT nonces_guarantor_id_fkey FOREIGN KEY (guarantor_id) REFERENCES insurance.guarantors(id);

ALTER TABLE ONLY insurance.notices
    ADD CONSTRAINT notices_guarantor_id_fkey FOREIGN KEY (guarantor_id) REFERENCES insurance.guarantors(id);

ALTER TABLE ONLY insurance.notices
    ADD CONSTRAINT notices_order_id_fkey FOREIGN KEY (order_id) REFERENCES insurance.orders(id);

ALTER TABLE ONLY insurance.order_steps
    ADD CONSTRAINT order_steps_order_id_fkey FOREIGN KEY (order_id) REFERENCES insurance.orders(id);

ALTER TABLE ONLY insurance.orders
    ADD CONSTRAINT orders_guarantor_id_fkey FOREIGN KEY (guarantor_id) REFERENCES insurance.guarantors(id);

ALTER TABLE ONLY insurance.outbox
    ADD CONSTRAINT outbox_guarantor_id_fkey FOREIGN KEY (guarantor_id) REFERENCES insurance.guarantors(id);

ALTER TABLE ONLY insurance.outbox
    ADD CONSTRAINT outbox_order_id_fkey FOREIGN KEY (order_id) REFERENCES insurance.orders(id);

ALTER TABLE ONLY insurance.payment_notices
    ADD CONSTRAINT payment_notices_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES insurance.payments(id);

ALTER TABLE ONLY insurance.payment_notices
    ADD CONSTRAINT payment_notices_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES insurance.payment_providers(id);

ALTER TABLE ONLY insurance.payments
    ADD CONSTRAINT payments_order_id_fkey FOREIGN KEY (order_id) REFERENCES insurance.orders(id);

ALTER TABLE ONLY insurance.payments
    ADD CONSTRAINT payments_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES insurance.payment_providers(id);

ALTER TABLE ONLY insurance.payments
    ADD CONSTRAINT payments_refunds_fkey FOREIGN KEY (refunds) REFERENCES insurance.payments(id);

ALTER TABLE ONLY insurance.policy_files
    ADD CONSTRAINT policy_files_order_id_fkey FOREIGN KEY (order_id) REFERENCES insurance.orders(id);

ALTER TABLE ONLY rooms.answers
    ADD CONSTRAINT answers_tender_id_room_id_seat_fkey FOREIGN KEY (tender_id, room_id, seat) REFERENCES rooms.seats(tender_id, room_id, number);

ALTER TABLE ONLY rooms.bids
    ADD CONSTRAINT bids_tender_id_room_id_fkey FOREIGN KEY (tender_id, room_id) REFERENCES rooms.rooms(tender_id, id);

ALTER TABLE ONLY rooms.chair_votes
    ADD CONSTRAINT chair_votes_tender_id_room_id_candidate_fkey FOREIGN KEY (tender_id, room_id, candidate) REFERENCES rooms.seats(tender_id, room_id, number);

ALTER TABLE ONLY rooms.chair_votes
    ADD CONSTRAINT chair_votes_tender_id_room_id_seat_fkey FOREIGN KEY (tender_id, room_id, seat) REFERENCES rooms.seats(tender_id, room_id, number);

ALTER TABLE ONLY rooms.findings
    ADD CONSTRAINT findings_tender_id_room_id_fkey FOREIGN KEY (tender_id, room_id) REFERENCES rooms.rooms(tender_id, id);

ALTER TABLE ONLY rooms.matters
    ADD CONSTRAINT matters_tender_id_room_id_fkey FOREIGN KEY (tender_id, room_id) REFERENCES rooms.rooms(tender_id, id);

ALTER TABLE ONLY rooms.objective_marks
    ADD CONSTRAINT objective_marks_tender_id_room_id_bid_fkey FOREIGN KEY (tender_id, room_id, bid) REFERENCES rooms.bids(tender_id, room_id, number);

ALTER TABLE ONLY rooms.price_matters
    ADD CONSTRAINT price_matters_tender_id_room_id_bid_fkey FOREIGN KEY (tender_id, room_id, bid) REFERENCES rooms.bids(tender_id, room_id, number);

ALTER TABLE ONLY rooms.review_votes
    ADD CONSTRAINT review_votes_tender_id_room_id_seat_fkey FOREIGN KEY (tender_id, room_id, seat) REFERENCES rooms.seats(tender_id, room_id, number);

ALTER TABLE ONLY rooms.scores
    ADD CONSTRAINT scores_tender_id_room_id_bid_fkey FOREIGN KEY (tender_id, room_id, bid) REFERENCES rooms.bids(tender_id, room_id, number);

ALTER TABLE ONLY rooms.scores
    ADD CONSTRAINT scores_tender_id_room_id_seat_fkey FOREIGN KEY (tender_id, room_id, seat) REFERENCES rooms.seats(tender_id, room_id, number);

ALTER TABLE ONLY rooms.seats
    ADD CONSTRAINT seats_tender_id_room_id_fkey FOREIGN KEY (tender_id, room_id) REFERENCES rooms.rooms(tender_id, id);

ALTER TABLE ONLY rooms.site_links
    ADD CONSTRAINT site_links_tender_id_room_id_fkey FOREIGN KEY (tender_id, room_id) REFERENCES rooms.rooms(tender_id, id);

ALTER TABLE ONLY tendering.archivings
    ADD CONSTRAINT archivings_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.arrivals
    ADD CONSTRAINT arrivals_booking_id_fkey FOREIGN KEY (booking_id) REFERENCES tendering.venue_bookings(id);

ALTER TABLE ONLY tendering.arrivals
    ADD CONSTRAINT arrivals_expert_id_fkey FOREIGN KEY (expert_id) REFERENCES tendering.experts(id);

ALTER TABLE ONLY tendering.arrivals
    ADD CONSTRAINT arrivals_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.arrivals
    ADD CONSTRAINT arrivals_workstation_id_fkey FOREIGN KEY (workstation_id) REFERENCES tendering.workstations(id);

ALTER TABLE ONLY tendering.authorizations
    ADD CONSTRAINT authorizations_granted_by_fkey FOREIGN KEY (granted_by) REFERENCES tendering.people(id);

ALTER TABLE ONLY tendering.authorizations
    ADD CONSTRAINT authorizations_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.authorizations
    ADD CONSTRAINT authorizations_person_id_fkey FOREIGN KEY (person_id) REFERENCES tendering.people(id);

ALTER TABLE ONLY tendering.authorizations
    ADD CONSTRAINT authorizations_revoked_by_fkey FOREIGN KEY (revoked_by) REFERENCES tendering.people(id);

ALTER TABLE ONLY tendering.awards
    ADD CONSTRAINT awards_bidder_id_fkey FOREIGN KEY (bidder_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.awards
    ADD CONSTRAINT awards_tender_id_lot_fkey FOREIGN KEY (tender_id, lot) REFERENCES tendering.candidates(tender_id, lot);

ALTER TABLE ONLY tendering.bid_securities
    ADD CONSTRAINT bid_securities_bidder_id_fkey FOREIGN KEY (bidder_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.bid_securities
    ADD CONSTRAINT bid_securities_guarantor_id_fkey FOREIGN KEY (guarantor_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.bid_securities
    ADD CONSTRAINT bid_securities_tender_id_lot_fkey FOREIGN KEY (tender_id, lot) REFERENCES tendering.lots(tender_id, lot);

ALTER TABLE ONLY tendering.bids
    ADD CONSTRAINT bids_bidder_id_fkey FOREIGN KEY (bidder_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.bids
    ADD CONSTRAINT bids_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.bids
    ADD CONSTRAINT bids_tender_id_lot_fkey FOREIGN KEY (tender_id, lot) REFERENCES tendering.lots(tender_id, lot);

ALTER TABLE ONLY tendering.booked_workstations
    ADD CONSTRAINT booked_workstations_booking_id_fkey FOREIGN KEY (booking_id) REFERENCES tendering.venue_bookings(id);

ALTER TABLE ONLY tendering.booked_workstations
    ADD CONSTRAINT booked_workstations_workstation_fkey FOREIGN KEY (workstation) REFERENCES tendering.workstations(number);

ALTER TABLE ONLY tendering.canaries
    ADD CONSTRAINT canaries_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.canary_answers
    ADD CONSTRAINT canary_answers_tender_id_canary_fkey FOREIGN KEY (tender_id, canary) REFERENCES tendering.canaries(tender_id, number);

ALTER TABLE ONLY tendering.candidates
    ADD CONSTRAINT candidates_tender_id_lot_fkey FOREIGN KEY (tender_id, lot) REFERENCES tendering.evaluations(tender_id, lot);

ALTER TABLE ONLY tendering.certificates
    ADD CONSTRAINT certificates_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.certificates
    ADD CONSTRAINT certificates_requested_by_fkey FOREIGN KEY (requested_by) REFERENCES tendering.people(id);

ALTER TABLE ONLY tendering.clarification_receipts
    ADD CONSTRAINT clarification_receipts_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.clarification_receipts
    ADD CONSTRAINT clarification_receipts_tender_id_number_fkey FOREIGN KEY (tender_id, number) REFERENCES tendering.clarifications(tender_id, number);

ALTER TABLE ONLY tendering.clarifications
    ADD CONSTRAINT clarifications_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.clearings
    ADD CONSTRAINT clearings_tender_id_lot_fkey FOREIGN KEY (tender_id, lot) REFERENCES tendering.lots(tender_id, lot);

ALTER TABLE ONLY tendering.committee_seats
    ADD CONSTRAINT committee_seats_expert_id_fkey FOREIGN KEY (expert_id) REFERENCES tendering.experts(id);

ALTER TABLE ONLY tendering.committee_seats
    ADD CONSTRAINT committee_seats_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.draws(tender_id);

ALTER TABLE ONLY tendering.complaints
    ADD CONSTRAINT complaints_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.complaints
    ADD CONSTRAINT complaints_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.complaints
    ADD CONSTRAINT complaints_tender_id_objection_id_fkey FOREIGN KEY (tender_id, objection_id) REFERENCES tendering.objections(tender_id, id);

ALTER TABLE ONLY tendering.contracts
    ADD CONSTRAINT contracts_bidder_id_fkey FOREIGN KEY (bidder_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.contracts
    ADD CONSTRAINT contracts_tender_id_lot_fkey FOREIGN KEY (tender_id, lot) REFERENCES tendering.lots(tender_id, lot);

ALTER TABLE ONLY tendering.deliveries
    ADD CONSTRAINT deliveries_message_id_fkey FOREIGN KEY (message_id) REFERENCES tendering.messages(id);

ALTER TABLE ONLY tendering.deliveries
    ADD CONSTRAINT deliveries_person_id_fkey FOREIGN KEY (person_id) REFERENCES tendering.people(id);

ALTER TABLE ONLY tendering.deliveries
    ADD CONSTRAINT deliveries_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES tendering.webhooks(id);

ALTER TABLE ONLY tendering.document_decisions
    ADD CONSTRAINT document_decisions_person_id_fkey FOREIGN KEY (person_id) REFERENCES tendering.people(id);

ALTER TABLE ONLY tendering.document_decisions
    ADD CONSTRAINT document_decisions_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.downloads
    ADD CONSTRAINT downloads_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.downloads
    ADD CONSTRAINT downloads_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.draw_contributions
    ADD CONSTRAINT draw_contributions_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.draw_contributions
    ADD CONSTRAINT draw_contributions_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.draws(tender_id);

ALTER TABLE ONLY tendering.draw_records
    ADD CONSTRAINT draw_records_tender_id_organization_id_fkey FOREIGN KEY (tender_id, organization_id) REFERENCES tendering.draw_contributions(tender_id, organization_id);

ALTER TABLE ONLY tendering.draws
    ADD CONSTRAINT draws_kept_from_fkey FOREIGN KEY (kept_from) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.draws
    ADD CONSTRAINT draws_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.duty_watches
    ADD CONSTRAINT duty_watches_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.evaluations
    ADD CONSTRAINT evaluations_tender_id_lot_fkey FOREIGN KEY (tender_id, lot) REFERENCES tendering.lots(tender_id, lot);

ALTER TABLE ONLY tendering.expert_conduct
    ADD CONSTRAINT expert_conduct_entered_by_fkey FOREIGN KEY (entered_by) REFERENCES tendering.people(id);

ALTER TABLE ONLY tendering.expert_conduct
    ADD CONSTRAINT expert_conduct_expert_id_fkey FOREIGN KEY (expert_id) REFERENCES tendering.experts(id);

ALTER TABLE ONLY tendering.expert_fees
    ADD CONSTRAINT expert_fees_expert_id_fkey FOREIGN KEY (expert_id) REFERENCES tendering.experts(id);

ALTER TABLE ONLY tendering.expert_fees
    ADD CONSTRAINT expert_fees_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.expert_requests
    ADD CONSTRAINT expert_requests_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES tendering.partners(id);

ALTER TABLE ONLY tendering.expert_requests
    ADD CONSTRAINT expert_requests_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.expert_shares
    ADD CONSTRAINT expert_shares_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES tendering.partners(id);

ALTER TABLE ONLY tendering.experts
    ADD CONSTRAINT experts_person_id_fkey FOREIGN KEY (person_id) REFERENCES tendering.people(id);

ALTER TABLE ONLY tendering.feed
    ADD CONSTRAINT feed_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.feed_waiting
    ADD CONSTRAINT feed_waiting_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.former_key_holders
    ADD CONSTRAINT former_key_holders_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.former_key_holders
    ADD CONSTRAINT former_key_holders_tender_id_number_fkey FOREIGN KEY (tender_id, number) REFERENCES tendering.key_holders(tender_id, number);

ALTER TABLE ONLY tendering.identities
    ADD CONSTRAINT identities_expert_id_fkey FOREIGN KEY (expert_id) REFERENCES tendering.experts(id);

ALTER TABLE ONLY tendering.identities
    ADD CONSTRAINT identities_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.identities
    ADD CONSTRAINT identities_venue_id_fkey FOREIGN KEY (venue_id) REFERENCES tendering.venues(id);

ALTER TABLE ONLY tendering.identity_steps
    ADD CONSTRAINT identity_steps_taken_by_fkey FOREIGN KEY (taken_by) REFERENCES tendering.people(id);

ALTER TABLE ONLY tendering.identity_steps
    ADD CONSTRAINT identity_steps_tender_id_expert_id_fkey FOREIGN KEY (tender_id, expert_id) REFERENCES tendering.identities(tender_id, expert_id);

ALTER TABLE ONLY tendering.image_consents
    ADD CONSTRAINT image_consents_tender_id_expert_id_fkey FOREIGN KEY (tender_id, expert_id) REFERENCES tendering.identities(tender_id, expert_id);

ALTER TABLE ONLY tendering.issued_documents
    ADD CONSTRAINT issued_documents_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.journal
    ADD CONSTRAINT journal_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.key_holder_successors
    ADD CONSTRAINT key_holder_successors_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.key_holder_successors
    ADD CONSTRAINT key_holder_successors_tender_id_number_fkey FOREIGN KEY (tender_id, number) REFERENCES tendering.key_holders(tender_id, number);

ALTER TABLE ONLY tendering.key_holders
    ADD CONSTRAINT key_holders_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.key_holders
    ADD CONSTRAINT key_holders_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.likenesses
    ADD CONSTRAINT likenesses_tender_id_lot_fkey FOREIGN KEY (tender_id, lot) REFERENCES tendering.lots(tender_id, lot);

ALTER TABLE ONLY tendering.log_evidence
    ADD CONSTRAINT log_evidence_size_fkey FOREIGN KEY (size) REFERENCES tendering.log_checkpoints(size);

ALTER TABLE ONLY tendering.lots
    ADD CONSTRAINT lots_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.message_reads
    ADD CONSTRAINT message_reads_message_id_fkey FOREIGN KEY (message_id) REFERENCES tendering.messages(id);

ALTER TABLE ONLY tendering.message_reads
    ADD CONSTRAINT message_reads_person_id_fkey FOREIGN KEY (person_id) REFERENCES tendering.people(id);

ALTER TABLE ONLY tendering.messages
    ADD CONSTRAINT messages_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.messages
    ADD CONSTRAINT messages_person_id_fkey FOREIGN KEY (person_id) REFERENCES tendering.people(id);

ALTER TABLE ONLY tendering.messages
    ADD CONSTRAINT messages_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.notification_settings
    ADD CONSTRAINT notification_settings_person_id_fkey FOREIGN KEY (person_id) REFERENCES tendering.people(id);

ALTER TABLE ONLY tendering.objections
    ADD CONSTRAINT objections_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.objections
    ADD CONSTRAINT objections_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.openings
    ADD CONSTRAINT openings_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.openings
    ADD CONSTRAINT openings_tender_id_lot_fkey FOREIGN KEY (tender_id, lot) REFERENCES tendering.lots(tender_id, lot);

ALTER TABLE ONLY tendering.outage_tenders
    ADD CONSTRAINT outage_tenders_outage_id_fkey FOREIGN KEY (outage_id) REFERENCES tendering.outages(id);

ALTER TABLE ONLY tendering.outage_tenders
    ADD CONSTRAINT outage_tenders_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.overrides
    ADD CONSTRAINT overrides_person_id_fkey FOREIGN KEY (person_id) REFERENCES tendering.people(id);

ALTER TABLE ONLY tendering.overrides
    ADD CONSTRAINT overrides_seen_by_fkey FOREIGN KEY (seen_by) REFERENCES tendering.people(id);

ALTER TABLE ONLY tendering.overrides
    ADD CONSTRAINT overrides_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.participants
    ADD CONSTRAINT participants_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.participants
    ADD CONSTRAINT participants_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.participants
    ADD CONSTRAINT participants_tender_id_lot_fkey FOREIGN KEY (tender_id, lot) REFERENCES tendering.lots(tender_id, lot);

ALTER TABLE ONLY tendering.partner_messages
    ADD CONSTRAINT partner_messages_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES tendering.partners(id);

ALTER TABLE ONLY tendering.partner_nonces
    ADD CONSTRAINT partner_nonces_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES tendering.partners(id);

ALTER TABLE ONLY tendering.partners
    ADD CONSTRAINT partners_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.passkey_challenges
    ADD CONSTRAINT passkey_challenges_person_id_fkey FOREIGN KEY (person_id) REFERENCES tendering.people(id);

ALTER TABLE ONLY tendering.passkeys
    ADD CONSTRAINT passkeys_person_id_fkey FOREIGN KEY (person_id) REFERENCES tendering.people(id);

ALTER TABLE ONLY tendering.people
    ADD CONSTRAINT people_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.projects
    ADD CONSTRAINT projects_procuring_entity_id_fkey FOREIGN KEY (procuring_entity_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.projects
    ADD CONSTRAINT projects_registered_by_fkey FOREIGN KEY (registered_by) REFERENCES tendering.people(id);

ALTER TABLE ONLY tendering.qualifications
    ADD CONSTRAINT qualifications_bidder_id_fkey FOREIGN KEY (bidder_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.qualifications
    ADD CONSTRAINT qualifications_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.qualifications
    ADD CONSTRAINT qualifications_tender_id_lot_fkey FOREIGN KEY (tender_id, lot) REFERENCES tendering.lots(tender_id, lot);

ALTER TABLE ONLY tendering.questions
    ADD CONSTRAINT questions_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.questions
    ADD CONSTRAINT questions_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.ratings
    ADD CONSTRAINT ratings_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.ratings
    ADD CONSTRAINT ratings_person_id_fkey FOREIGN KEY (person_id) REFERENCES tendering.people(id);

ALTER TABLE ONLY tendering.ratings
    ADD CONSTRAINT ratings_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.seat_calls
    ADD CONSTRAINT seat_calls_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.draws(tender_id);

ALTER TABLE ONLY tendering.seat_invitations
    ADD CONSTRAINT seat_invitations_expert_id_fkey FOREIGN KEY (expert_id) REFERENCES tendering.experts(id);

ALTER TABLE ONLY tendering.seat_invitations
    ADD CONSTRAINT seat_invitations_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.seat_calls(tender_id);

ALTER TABLE ONLY tendering.sessions
    ADD CONSTRAINT sessions_authorization_id_fkey FOREIGN KEY (authorization_id) REFERENCES tendering.authorizations(id);

ALTER TABLE ONLY tendering.shared_places
    ADD CONSTRAINT shared_places_expert_id_fkey FOREIGN KEY (expert_id) REFERENCES tendering.experts(id);

ALTER TABLE ONLY tendering.shared_places
    ADD CONSTRAINT shared_places_share_id_fkey FOREIGN KEY (share_id) REFERENCES tendering.expert_shares(id);

ALTER TABLE ONLY tendering.shared_seats
    ADD CONSTRAINT shared_seats_expert_id_fkey FOREIGN KEY (expert_id) REFERENCES tendering.experts(id);

ALTER TABLE ONLY tendering.shared_seats
    ADD CONSTRAINT shared_seats_request_id_fkey FOREIGN KEY (request_id) REFERENCES tendering.expert_requests(id);

ALTER TABLE ONLY tendering.shares
    ADD CONSTRAINT shares_tender_id_lot_session_bidder_id_fkey FOREIGN KEY (tender_id, lot, session, bidder_id) REFERENCES tendering.unlocks(tender_id, lot, session, bidder_id);

ALTER TABLE ONLY tendering.signature_preparations
    ADD CONSTRAINT signature_preparations_tender_id_kind_lot_edition_fkey FOREIGN KEY (tender_id, kind, lot, edition) REFERENCES tendering.issued_documents(tender_id, kind, lot, edition);

ALTER TABLE ONLY tendering.tender_documents
    ADD CONSTRAINT tender_documents_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.tenders
    ADD CONSTRAINT tenders_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.tenders
    ADD CONSTRAINT tenders_previous_id_fkey FOREIGN KEY (previous_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.tenders
    ADD CONSTRAINT tenders_procuring_entity_id_fkey FOREIGN KEY (procuring_entity_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.tenders
    ADD CONSTRAINT tenders_supervisor_id_fkey FOREIGN KEY (supervisor_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.unlocks
    ADD CONSTRAINT unlocks_bidder_id_fkey FOREIGN KEY (bidder_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.unlocks
    ADD CONSTRAINT unlocks_tender_id_lot_session_fkey FOREIGN KEY (tender_id, lot, session) REFERENCES tendering.openings(tender_id, lot, session);

ALTER TABLE ONLY tendering.upload_parts
    ADD CONSTRAINT upload_parts_upload_id_fkey FOREIGN KEY (upload_id) REFERENCES tendering.uploads(id) ON DELETE CASCADE;

ALTER TABLE ONLY tendering.uploads
    ADD CONSTRAINT uploads_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.venue_bookings
    ADD CONSTRAINT venue_bookings_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES tendering.partners(id);

ALTER TABLE ONLY tendering.venue_bookings
    ADD CONSTRAINT venue_bookings_replaces_fkey FOREIGN KEY (replaces) REFERENCES tendering.venue_bookings(id);

ALTER TABLE ONLY tendering.venue_bookings
    ADD CONSTRAINT venue_bookings_tender_id_fkey FOREIGN KEY (tender_id) REFERENCES tendering.tenders(id);

ALTER TABLE ONLY tendering.venue_bookings
    ADD CONSTRAINT venue_bookings_venue_id_fkey FOREIGN KEY (venue_id) REFERENCES tendering.venues(id);

ALTER TABLE ONLY tendering.venues
    ADD CONSTRAINT venues_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.webhooks
    ADD CONSTRAINT webhooks_created_by_fkey FOREIGN KEY (created_by) REFERENCES tendering.people(id);

ALTER TABLE ONLY tendering.webhooks
    ADD CONSTRAINT webhooks_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES tendering.organizations(id);

ALTER TABLE ONLY tendering.workstations
    ADD CONSTRAINT workstations_venue_id_fkey FOREIGN KEY (venue_id) REFERENCES tendering.venues(id);

GRANT USAGE ON SCHEMA insurance TO tendering_app;

GRANT USAGE ON SCHEMA insurance TO tendering_audit;

GRANT USAGE ON SCHEMA rooms TO tendering_app;

GRANT USAGE ON SCHEMA rooms TO tendering_audit;

GRANT USAGE ON SCHEMA tendering TO tendering_app;

GRANT USAGE ON SCHEMA tendering TO tendering_audit;

GRANT SELECT,USAGE ON SEQUENCE insurance.call_numbers TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE insurance.calls TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE insurance.discrepancies TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE insurance.guarantors TO tendering_app;

GRANT SELECT ON TABLE insurance.guarantors TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE insurance.match_days TO tendering_app;

GRANT SELECT ON TABLE insurance.match_days TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE insurance.match_lines TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE insurance.matters TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE insurance.nonces TO tendering_app;

GRANT SELECT ON TABLE insurance.nonces TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE insurance.notices TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE insurance.order_steps TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE insurance.orders TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE insurance.outbox TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE insurance.payment_notices TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE insurance.payment_providers TO tendering_app;

GRANT SELECT ON TABLE insurance.payment_providers TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE insurance.payments TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE insurance.policy_files TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE rooms.answers TO tendering_app;

GRANT SELECT ON TABLE rooms.answers TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE rooms.bids TO tendering_app;

GRANT SELECT ON TABLE rooms.bids TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE rooms.chair_votes TO tendering_app;

GRANT SELECT ON TABLE rooms.chair_votes TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE rooms.findings TO tendering_app;

GRANT SELECT ON TABLE rooms.findings TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE rooms.halls TO tendering_app;

GRANT SELECT ON TABLE rooms.halls TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE rooms.matters TO tendering_app;

GRANT SELECT ON TABLE rooms.matters TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE rooms.objective_marks TO tendering_app;

GRANT SELECT ON TABLE rooms.objective_marks TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE rooms.price_matters TO tendering_app;

GRANT SELECT ON TABLE rooms.price_matters TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE rooms.review_votes TO tendering_app;

GRANT SELECT ON TABLE rooms.review_votes TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE rooms.rooms TO tendering_app;

GRANT SELECT ON TABLE rooms.rooms TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE rooms.scores TO tendering_app;

GRANT SELECT ON TABLE rooms.scores TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE rooms.seats TO tendering_app;

GRANT SELECT ON TABLE rooms.seats TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE rooms.site_links TO tendering_app;

GRANT SELECT ON TABLE rooms.site_links TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE rooms.tickets TO tendering_app;

GRANT SELECT ON TABLE rooms.tickets TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.archivings TO tendering_app;

GRANT SELECT ON TABLE tendering.archivings TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.arrivals TO tendering_app;

GRANT SELECT ON TABLE tendering.arrivals TO tendering_audit;

GRANT SELECT,INSERT ON TABLE tendering.journal TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.tenders TO tendering_app;

GRANT SELECT ON TABLE tendering.tenders TO tendering_audit;

GRANT SELECT ON TABLE tendering.audited_journal TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.authorizations TO tendering_app;

GRANT SELECT ON TABLE tendering.authorizations TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.awards TO tendering_app;

GRANT SELECT ON TABLE tendering.awards TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.bid_securities TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.bids TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.booked_workstations TO tendering_app;

GRANT SELECT ON TABLE tendering.booked_workstations TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.canaries TO tendering_app;

GRANT SELECT ON TABLE tendering.canaries TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.canary_answers TO tendering_app;

GRANT SELECT ON TABLE tendering.canary_answers TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.candidates TO tendering_app;

GRANT SELECT ON TABLE tendering.candidates TO tendering_audit;

GRANT SELECT,INSERT,UPDATE ON TABLE tendering.certificates TO tendering_app;

GRANT SELECT ON TABLE tendering.certificates TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.clarification_receipts TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.clarifications TO tendering_app;

GRANT SELECT ON TABLE tendering.clarifications TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.clearings TO tendering_app;

GRANT SELECT ON TABLE tendering.clearings TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.committee_seats TO tendering_app;

GRANT SELECT ON TABLE tendering.committee_seats TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.complaints TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.contracts TO tendering_app;

GRANT SELECT ON TABLE tendering.contracts TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.deliveries TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.demonstration_clock TO tendering_app;

GRANT SELECT ON TABLE tendering.demonstration_clock TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.document_decisions TO tendering_app;

GRANT SELECT ON TABLE tendering.document_decisions TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.downloads TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.draw_contributions TO tendering_app;

GRANT SELECT ON TABLE tendering.draw_contributions TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.draw_records TO tendering_app;

GRANT SELECT ON TABLE tendering.draw_records TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.draws TO tendering_app;

GRANT SELECT ON TABLE tendering.draws TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.duty_watches TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.ephemeral_keys TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.evaluations TO tendering_app;

GRANT SELECT ON TABLE tendering.evaluations TO tendering_audit;

GRANT SELECT,INSERT ON TABLE tendering.expert_conduct TO tendering_app;

GRANT SELECT ON TABLE tendering.expert_conduct TO tendering_audit;

GRANT SELECT,USAGE ON SEQUENCE tendering.expert_conduct_number_seq TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.expert_fees TO tendering_app;

GRANT SELECT ON TABLE tendering.expert_fees TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.expert_requests TO tendering_app;

GRANT SELECT ON TABLE tendering.expert_requests TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.expert_shares TO tendering_app;

GRANT SELECT ON TABLE tendering.expert_shares TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.experts TO tendering_app;

GRANT SELECT ON TABLE tendering.experts TO tendering_audit;

GRANT SELECT,INSERT ON TABLE tendering.feed TO tendering_app;

GRANT SELECT ON TABLE tendering.feed TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.feed_waiting TO tendering_app;

GRANT SELECT ON TABLE tendering.feed_waiting TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.former_key_holders TO tendering_app;

GRANT SELECT ON TABLE tendering.former_key_holders TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.heartbeats TO tendering_app;

GRANT SELECT ON TABLE tendering.heartbeats TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.idempotency_keys TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.identities TO tendering_app;

GRANT SELECT ON TABLE tendering.identities TO tendering_audit;

GRANT SELECT,INSERT ON TABLE tendering.identity_steps TO tendering_app;

GRANT SELECT ON TABLE tendering.identity_steps TO tendering_audit;

GRANT SELECT,USAGE ON SEQUENCE tendering.identity_steps_number_seq TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.image_consents TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.issued_documents TO tendering_app;

GRANT SELECT ON TABLE tendering.issued_documents TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.key_holder_successors TO tendering_app;

GRANT SELECT ON TABLE tendering.key_holder_successors TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.key_holders TO tendering_app;

GRANT SELECT ON TABLE tendering.key_holders TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.likenesses TO tendering_app;

GRANT SELECT ON TABLE tendering.likenesses TO tendering_audit;

GRANT SELECT,INSERT ON TABLE tendering.log_blocks TO tendering_app;

GRANT SELECT,INSERT ON TABLE tendering.log_checkpoints TO tendering_app;

GRANT SELECT ON TABLE tendering.log_checkpoints TO tendering_audit;

GRANT SELECT,INSERT,DELETE ON TABLE tendering.log_evidence TO tendering_app;

GRANT SELECT,UPDATE ON TABLE tendering.log_head TO tendering_app;

GRANT SELECT ON TABLE tendering.log_head TO tendering_audit;

GRANT SELECT,INSERT ON TABLE tendering.log_leaves TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.log_pending TO tendering_app;

GRANT SELECT,USAGE ON SEQUENCE tendering.log_pending_seq_seq TO tendering_app;

GRANT SELECT,INSERT ON TABLE tendering.log_tiles TO tendering_app;

GRANT SELECT ON TABLE tendering.log_tiles TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.lots TO tendering_app;

GRANT SELECT ON TABLE tendering.lots TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.message_reads TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.messages TO tendering_app;

GRANT SELECT ON TABLE tendering.migrations TO tendering_app;

GRANT SELECT ON TABLE tendering.migrations TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.notification_settings TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.objections TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.openings TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.organizations TO tendering_app;

GRANT SELECT ON TABLE tendering.organizations TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.outage_tenders TO tendering_app;

GRANT SELECT ON TABLE tendering.outage_tenders TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.outages TO tendering_app;

GRANT SELECT ON TABLE tendering.outages TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.overrides TO tendering_app;

GRANT SELECT ON TABLE tendering.overrides TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.participants TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.partner_messages TO tendering_app;

GRANT SELECT ON TABLE tendering.partner_messages TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.partner_nonces TO tendering_app;

GRANT SELECT ON TABLE tendering.partner_nonces TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.partners TO tendering_app;

GRANT SELECT ON TABLE tendering.partners TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.passkey_challenges TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.passkeys TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.people TO tendering_app;

GRANT SELECT(id) ON TABLE tendering.people TO tendering_audit;

GRANT SELECT(organization_id) ON TABLE tendering.people TO tendering_audit;

GRANT SELECT(name) ON TABLE tendering.people TO tendering_audit;

GRANT SELECT(login) ON TABLE tendering.people TO tendering_audit;

GRANT SELECT(is_administrator) ON TABLE tendering.people TO tendering_audit;

GRANT SELECT(registered_at) ON TABLE tendering.people TO tendering_audit;

GRANT SELECT(left_at) ON TABLE tendering.people TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.projects TO tendering_app;

GRANT SELECT ON TABLE tendering.projects TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.qualifications TO tendering_app;

GRANT SELECT ON TABLE tendering.qualifications TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.questions TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.rate_limits TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.ratings TO tendering_app;

GRANT SELECT,INSERT ON TABLE tendering.receipts TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.seat_calls TO tendering_app;

GRANT SELECT ON TABLE tendering.seat_calls TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.seat_invitations TO tendering_app;

GRANT SELECT ON TABLE tendering.seat_invitations TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.sessions TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.shared_places TO tendering_app;

GRANT SELECT ON TABLE tendering.shared_places TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.shared_seats TO tendering_app;

GRANT SELECT ON TABLE tendering.shared_seats TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.shares TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.signature_preparations TO tendering_app;

GRANT SELECT ON TABLE tendering.signature_preparations TO tendering_audit;

GRANT SELECT,INSERT ON TABLE tendering.small_containers TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.tender_documents TO tendering_app;

GRANT SELECT ON TABLE tendering.tender_documents TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.unlocks TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.upload_parts TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.uploads TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.venue_bookings TO tendering_app;

GRANT SELECT ON TABLE tendering.venue_bookings TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.venues TO tendering_app;

GRANT SELECT ON TABLE tendering.venues TO tendering_audit;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.webhooks TO tendering_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tendering.workstations TO tendering_app;

GRANT SELECT ON TABLE tendering.workstations TO tendering_audit;

GRANT SELECT,USAGE ON SEQUENCE tendering.workstations_number_seq TO tendering_app;

ALTER DEFAULT PRIVILEGES FOR ROLE tendering_owner IN SCHEMA insurance GRANT SELECT,USAGE ON SEQUENCES TO tendering_app;

ALTER DEFAULT PRIVILEGES FOR ROLE tendering_owner IN SCHEMA insurance GRANT SELECT,INSERT,DELETE,UPDATE ON TABLES TO tendering_app;

ALTER DEFAULT PRIVILEGES FOR ROLE tendering_owner IN SCHEMA insurance GRANT SELECT ON TABLES TO tendering_audit;

ALTER DEFAULT PRIVILEGES FOR ROLE tendering_owner IN SCHEMA rooms GRANT SELECT,USAGE ON SEQUENCES TO tendering_app;

ALTER DEFAULT PRIVILEGES FOR ROLE tendering_owner IN SCHEMA rooms GRANT SELECT,INSERT,DELETE,UPDATE ON TABLES TO tendering_app;

ALTER DEFAULT PRIVILEGES FOR ROLE tendering_owner IN SCHEMA rooms GRANT SELECT ON TABLES TO tendering_audit;

ALTER DEFAULT PRIVILEGES FOR ROLE tendering_owner IN SCHEMA tendering GRANT SELECT,USAGE ON SEQUENCES TO tendering_app;

ALTER DEFAULT PRIVILEGES FOR ROLE tendering_owner IN SCHEMA tendering GRANT SELECT,INSERT,DELETE,UPDATE ON TABLES TO tendering_app;

ALTER DEFAULT PRIVILEGES FOR ROLE tendering_owner IN SCHEMA tendering GRANT SELECT ON TABLES TO tendering_audit;
