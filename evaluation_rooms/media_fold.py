"""What entries about sound and picture make of a room: a part of `fold`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from msgspec import structs

from evaluation_rooms import media_events as v
from evaluation_rooms.room import Room


def _media_began(room: Room, event: v.MediaBegan) -> Room:
    return replace(room, cameras={**room.cameras, event.seat: event})


def _media_ended(room: Room, event: v.MediaEnded) -> Room:
    return replace(room, cameras=_but(room.cameras, event.seat))


def _gap_opened(room: Room, event: v.MediaGapOpened) -> Room:
    gaps = {**room.gaps, event.gap: v.Gap(event)}
    return replace(room, gaps=gaps, cameras=_but(room.cameras, event.seat))


def _gap_closed(room: Room, event: v.MediaGapClosed) -> Room:
    gap = room.gaps[event.gap]
    began = v.MediaBegan(room.id, gap.opened.seat, event.until)
    gaps = {**room.gaps, event.gap: structs.replace(gap, over=True)}
    return replace(room, gaps=gaps, cameras={**room.cameras, began.seat: began})


def _continued(room: Room, event: v.MediaContinued) -> Room:
    gap = structs.replace(room.gaps[event.gap], continued=event)
    return replace(room, gaps={**room.gaps, event.gap: gap})


def without_camera(room: Room, seat: int) -> Room:
    """Who has left the committee need not be seen any more."""
    gaps = {
        number: structs.replace(gap, over=True) if gap.opened.seat == seat else gap
        for number, gap in room.gaps.items()
    }
    return replace(room, gaps=gaps, cameras=_but(room.cameras, seat))


def _but(cameras: Mapping[int, v.MediaBegan], seat: int) -> dict[int, v.MediaBegan]:
    return {number: began for number, began in cameras.items() if number != seat}


CHANGES: Final[Mapping[type, Callable[[Room, Any], Room]]] = MappingProxyType(
    {
        v.MediaBegan: _media_began,
        v.MediaEnded: _media_ended,
        v.MediaGapOpened: _gap_opened,
        v.MediaGapClosed: _gap_closed,
        v.MediaContinued: _continued,
    }
)
