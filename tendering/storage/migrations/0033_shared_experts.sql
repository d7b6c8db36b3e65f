-- Experts that centres share: asked for, offered as commitments, drawn by index, then named.

-- What we ask of a partner; `places` is its offer, in the order of its places.
CREATE TABLE tendering.expert_requests (
    id uuid PRIMARY KEY,
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    partner_id uuid NOT NULL REFERENCES tendering.partners (id),
    needs text NOT NULL,
    asked_at timestamptz NOT NULL,
    places text,
    offered_at timestamptz,
    CHECK ((places IS NULL) = (offered_at IS NULL))
);

CREATE INDEX expert_requests_tender_id ON tendering.expert_requests (tender_id);
CREATE INDEX expert_requests_partner_id ON tendering.expert_requests (partner_id);

-- A partner's place that was drawn here, and who stands for it until it is named: then `sealed` and
-- `salt` open its commitment.
CREATE TABLE tendering.shared_seats (
    expert_id uuid PRIMARY KEY REFERENCES tendering.experts (id),
    request_id uuid NOT NULL REFERENCES tendering.expert_requests (id),
    place integer NOT NULL CHECK (place >= 0),
    named_at timestamptz,
    salt bytea CHECK (octet_length(salt) = 32),
    sealed text,
    CHECK ((named_at IS NULL) = (salt IS NULL) AND (named_at IS NULL) = (sealed IS NULL)),
    CONSTRAINT shared_seats_place_is_unique UNIQUE (request_id, place)
);

-- What a partner asks of us.
CREATE TABLE tendering.expert_shares (
    id uuid PRIMARY KEY,
    partner_id uuid NOT NULL REFERENCES tendering.partners (id),
    needs text NOT NULL,
    interested text [] NOT NULL,
    regime text NOT NULL CHECK (char_length(regime) BETWEEN 1 AND 40),
    asked_at timestamptz NOT NULL,
    status text NOT NULL CHECK (status IN ('asked', 'shared', 'refused'))
);

CREATE INDEX expert_shares_partner_id ON tendering.expert_shares (partner_id);

-- Who stands behind a place that we offered; `venue` and what follows once it is drawn there.
CREATE TABLE tendering.shared_places (
    share_id uuid NOT NULL REFERENCES tendering.expert_shares (id),
    place integer NOT NULL CHECK (place >= 0),
    expert_id uuid NOT NULL REFERENCES tendering.experts (id),
    salt bytea NOT NULL CHECK (octet_length(salt) = 32),
    status text NOT NULL CHECK (status IN ('offered', 'drawn', 'accepted', 'declined')),
    venue text NOT NULL DEFAULT '' CHECK (char_length(venue) <= 200),
    speciality text NOT NULL DEFAULT '' CHECK (char_length(speciality) <= 200),
    begins_at timestamptz,
    respond_until timestamptz,
    PRIMARY KEY (share_id, place)
);

CREATE INDEX shared_places_expert_id ON tendering.shared_places (expert_id);
