-- By which key the platform of a guest site joins an evaluation room.

CREATE TABLE rooms.site_links (
    tender_id uuid NOT NULL,
    room_id uuid NOT NULL,
    site text NOT NULL,
    key bytea NOT NULL CHECK (octet_length(key) = 32),
    registered_at timestamptz NOT NULL,
    PRIMARY KEY (tender_id, room_id, site),
    FOREIGN KEY (tender_id, room_id) REFERENCES rooms.rooms (tender_id, id)
);

CREATE INDEX site_links_room_id ON rooms.site_links (room_id, site);
