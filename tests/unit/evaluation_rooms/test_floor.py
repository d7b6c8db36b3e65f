"""Who sees and hears whom, and what a description may carry."""

from dataclasses import replace

import pytest

from evaluation_rooms.floor import (
    EVERYTHING,
    NOTHING,
    SEEN,
    SEEN_AND_HEARD,
    Floor,
    Kind,
    Peer,
    kinds_between,
    require_may_join,
    require_one_way,
)
from evaluation_rooms.hall import Hall, HallPhase
from evaluation_rooms.media.relays import ice_servers
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room
from evaluation_rooms.settings import Relays
from evaluation_rooms.standing import Standing, Viewer
from tendering.domain.refusals.media import MediaFull, MediaRefused, PeerGone
from tendering.domain.refusals.rooms import NotCheckedIn, NotYourPart, SilentNow
from tendering.domain.refusals.tenders import WrongPhase
from tests.support.evaluation import AT, TENDER, Play, person
from tests.support.media import a_description

ONE, TWO = Standing(Viewer.MEMBER, 1, person(1)), Standing(Viewer.MEMBER, 2, person(2))
STRANGER = Standing(Viewer.MEMBER, 1, person(9))
HOST, GUEST = Standing(Viewer.HOST), Standing(Viewer.GUEST_OPERATOR)
SUPERVISOR, PUBLIC = Standing(Viewer.SUPERVISOR), Standing(Viewer.PUBLIC)
OPEN_HALL = Hall(TENDER, HallPhase.UNLOCK, curtain_seq=9)


def room_in(phase: Phase) -> Room:
    return Play().until(phase).room


def floor_with(room: Room | Hall, *peers: Peer, peers_max: int = 8) -> Floor:
    floor = Floor(peers_max=peers_max)
    for peer in peers:
        floor.join(peer, room)
    return floor


def test_who_sees_and_hears_whom() -> None:
    together, alone = room_in(Phase.PRELIMINARY), room_in(Phase.TECHNICAL)
    expected = {
        (ONE, TWO): (SEEN_AND_HEARD, NOTHING),
        (ONE, HOST): (SEEN_AND_HEARD, SEEN),
        (ONE, SUPERVISOR): (SEEN_AND_HEARD, SEEN_AND_HEARD),
        (ONE, GUEST): (NOTHING, NOTHING),
        (ONE, PUBLIC): (NOTHING, NOTHING),
        (HOST, ONE): (EVERYTHING, EVERYTHING),
        (HOST, GUEST): (EVERYTHING, EVERYTHING),
        (HOST, PUBLIC): (NOTHING, NOTHING),
        (GUEST, HOST): (SEEN_AND_HEARD, SEEN_AND_HEARD),
        (GUEST, ONE): (NOTHING, NOTHING),
        (SUPERVISOR, ONE): (NOTHING, NOTHING),
        (SUPERVISOR, HOST): (NOTHING, NOTHING),
    }

    for (sender, receiver), kinds in expected.items():
        found = tuple(kinds_between(sender, receiver, room) for room in (together, alone))
        assert found == kinds, (sender, receiver)


def test_before_check_in_after_recusal_and_in_a_closed_room_nobody_is_there() -> None:
    opened, closed = Play().room, room_in(Phase.CLOSED)
    room = room_in(Phase.PRELIMINARY)
    recused = replace(room, seats=(replace(room.seats[0], recused=True), *room.seats[1:]))

    for place, standing, refusal in (
        (opened, ONE, NotCheckedIn),
        (recused, ONE, NotCheckedIn),
        (room, STRANGER, NotCheckedIn),
        (closed, HOST, WrongPhase),
        (room, PUBLIC, NotYourPart),
        (room, SUPERVISOR, NotYourPart),
    ):
        with pytest.raises(refusal):
            require_may_join(standing, SEEN_AND_HEARD, place)
        assert kinds_between(standing, HOST, place) == NOTHING
    assert kinds_between(HOST, ONE, opened) == NOTHING
    with pytest.raises(NotYourPart):
        require_may_join(ONE, EVERYTHING, room)
    require_may_join(SUPERVISOR, NOTHING, room)


def test_nothing_is_shown_in_the_hall_before_the_bidder_list() -> None:
    before = Hall(TENDER, HallPhase.CLOSING)

    for standing in (HOST, PUBLIC):
        with pytest.raises(SilentNow):
            require_may_join(standing, NOTHING, before)
    with pytest.raises(WrongPhase):
        require_may_join(HOST, EVERYTHING, replace(OPEN_HALL, phase=HallPhase.CLOSED))
    with pytest.raises(NotYourPart):
        require_may_join(PUBLIC, SEEN, OPEN_HALL)
    require_may_join(PUBLIC, NOTHING, OPEN_HALL)
    assert kinds_between(HOST, PUBLIC, before) == NOTHING
    assert kinds_between(HOST, PUBLIC, OPEN_HALL) == EVERYTHING
    assert kinds_between(PUBLIC, HOST, OPEN_HALL) == NOTHING


def test_an_offer_goes_to_who_may_have_it_and_is_answered_once() -> None:
    room = room_in(Phase.PRELIMINARY)
    one, watcher = Peer("one", ONE, SEEN_AND_HEARD), Peer("watcher", SUPERVISOR, NOTHING)
    floor = floor_with(room, one, watcher)
    offer, answer = a_description("sendonly"), a_description("recvonly")

    with pytest.raises(PeerGone):
        floor.answer("watcher", "one", answer, room)
    with pytest.raises(PeerGone):
        floor.offer("watcher", "one", offer, room)
    with pytest.raises(PeerGone):
        floor.offer("one", "nobody", offer, room)
    floor.offer("one", "watcher", offer, room)
    with pytest.raises(MediaRefused):
        floor.answer("watcher", "one", offer, room)
    floor.answer("watcher", "one", answer, room)
    with pytest.raises(PeerGone):
        floor.answer("watcher", "one", answer, room)
    assert [path.peer.id for path in floor.paths_from(one, room)] == ["watcher"]
    assert floor.paths_to(one, room) == ()
    assert floor.leave("one") == one
    with pytest.raises(PeerGone):
        floor.offer("one", "watcher", offer, room)


def test_a_floor_is_full_and_who_is_there_may_change_what_is_sent() -> None:
    room = room_in(Phase.PRELIMINARY)
    floor = floor_with(room, Peer("one", ONE, SEEN), peers_max=1)

    with pytest.raises(MediaFull):
        floor.join(Peer("two", TWO, SEEN), room)
    floor.join(Peer("again", ONE, SEEN_AND_HEARD), room, instead_of="one")

    assert [(peer.id, peer.sends) for peer in floor.peers] == [("again", SEEN_AND_HEARD)]


def test_a_description_carries_only_what_may_go_one_way() -> None:
    offer = a_description("sendonly")
    for text in (
        "",
        "v=0",
        "v=1\r\n" + offer[5:],
        offer.replace("a=sendonly", "a=sendrecv"),
        offer.replace("a=sendonly", "a=recvonly"),
        offer.replace("a=sendonly\r\n", ""),
        offer.replace("a=sendonly", "a=sendonly\r\na=sendrecv"),
        offer.replace("t=0 0", "t=0 0\r\na=sendrecv"),
        offer.replace("m=audio", "m=application"),
        offer + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=sendonly\r\n",
        offer + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=sendonly\r\n",
        offer + "m=audio 9 UDP/TLS/RTP/SAVPF 96\r\na=inactive\r\n" * 8,
    ):
        with pytest.raises(MediaRefused):
            require_one_way(text, SEEN_AND_HEARD, direction="sendonly")
    with pytest.raises(MediaRefused):
        require_one_way(offer, SEEN, direction="sendonly")
    require_one_way(offer, SEEN_AND_HEARD, direction="sendonly")
    require_one_way(offer.replace("\r\n", "\n"), frozenset(Kind), direction="sendonly")
    silent = offer.replace("a=sendonly", "a=inactive", 1)
    require_one_way(silent, SEEN, direction="sendonly")


def test_a_browser_is_told_of_relays_with_a_credential_that_expires() -> None:
    relays = Relays(
        stun=("stun:a",), turn=("turn:b", "turns:b"), turn_secret=b"north", turn_seconds=60
    )
    expires = int(AT.timestamp()) + 60

    stun, turn = ice_servers(relays, "4f0c", at=AT)

    assert (stun.urls, stun.username, stun.credential) == (("stun:a",), "", "")
    assert (turn.urls, turn.username) == (("turn:b", "turns:b"), f"{expires}:4f0c")
    # HMAC-SHA1 of the name, as `printf … | openssl dgst -sha1 -hmac north -binary | base64` says.
    assert turn.credential == "ida1U8Q+2Fy1OdGpIcNs9Gn6AEw="
    assert ice_servers(Relays(), "4f0c", at=AT) == ()
