"""How a poll stands at one moment, what became different, and how it is cut into pages. Pure."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain, repeat
from typing import Literal

from groundswell_voting.certification.rules import RankedIdea

Status = Literal["live", "delayed", "hidden", "certified"]

MAX_PARTITIONS = 4_096
KEPT_BYTES = 1024 * 1024

_OFFSET = re.compile(r"\d{1,19}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SetAside:
    """How many voters are set aside, and how many votes of theirs are in no total."""

    voters: int
    votes: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What the sources say of a poll at one moment.

    `votes` are those of the ideas on the ballot, in its order, None while nobody is told;
    `channels` those of each channel, where they are told. `offsets` is how far each partition of
    the votes log is counted. Of what is None nobody is told.
    """

    status: Status
    as_of: datetime
    idea_ids: Sequence[str]
    removed_idea_ids: frozenset[str] = frozenset()
    votes: Mapping[str, int] | None = None
    channels: Mapping[str, Mapping[str, int]] | None = None
    set_aside: SetAside | None = None
    offsets: tuple[int, ...] | None = None
    counted_up_to: datetime | None = None
    not_counted_yet: int | None = None
    rebuilding: bool = False


@dataclass(frozen=True, slots=True)
class OutsideLine:
    """Figures from outside, which are in no total of ours."""

    id: str
    label: str
    source_url: str | None
    taken_at: datetime
    figures: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class UnrankedIdea:
    """An idea on the ballot of a poll that keeps its votes to itself."""

    idea_id: str
    votes: None = None
    rank: None = None


Place = RankedIdea | UnrankedIdea


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is sent, the tag by which it is told from others, the next page's cursor."""

    body: bytes
    etag: str
    next: str | None = None


@dataclass(slots=True)
class Answers:
    """Answers by what was asked for; together about `KEPT_BYTES` at most, whatever is asked for."""

    _kept: dict[object, Answer] = field(default_factory=dict)
    _bytes: int = 0

    def get(self, asked: object) -> Answer | None:
        """The answer, if it is there still."""
        return self._kept.get(asked)

    def keep(self, asked: object, answer: Answer) -> None:
        """Keep an answer, instead of all others where there is no room for it."""
        if self._bytes + len(answer.body) > KEPT_BYTES:
            self._kept.clear()
            self._bytes = 0
        self._kept[asked] = answer
        self._bytes += len(answer.body)


@dataclass(frozen=True)
class Board:
    """The standings of a poll in one version; versions count what became different.

    `places` are the ideas in their order, and `changed` tells for each place the version in which
    what stands there became different. `answers` and `by_channel` keep what was made from it.
    """

    poll_id: str
    version: int
    figures: Figures
    outside: Sequence[OutsideLine]
    places: Sequence[Place]
    changed: Sequence[int]
    order: Mapping[str, int]
    answers: Answers = field(default_factory=Answers, compare=False, repr=False)
    by_channel: dict[str, Sequence[Place]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def position(self) -> str | None:
        """Which records of the log are counted, as text; None while nobody is told."""
        return None if self.figures.offsets is None else position_text(self.figures.offsets)

    @property
    def total_votes(self) -> int | None:
        """The votes of all ideas on the ballot."""
        return None if self.figures.votes is None else sum(self.figures.votes.values())


def board_after(
    before: Board | None, poll_id: str, figures: Figures, outside: Sequence[OutsideLine]
) -> Board:
    """The board that follows another one; in the same version when nothing became different."""
    if before is None:
        places = _places(figures, ())
        return Board(poll_id, 1, figures, outside, places, [1] * len(places), _order(figures))
    known = before.figures
    same_moment = replace(figures, as_of=known.as_of)
    if same_moment == known and outside == before.outside:
        return replace(before, figures=figures, answers=Answers(), by_channel={})
    version = before.version + 1
    same_ballot = (figures.idea_ids, figures.removed_idea_ids) == (
        known.idea_ids,
        known.removed_idea_ids,
    )
    places, changed, order = before.places, before.changed, before.order
    if not (same_ballot and figures.votes == known.votes):
        places = _places(figures, before.places)
        changed = _changed(places, before.places, changed, version)
    if not same_ballot:
        order = _order(figures)
    return Board(poll_id, version, figures, outside, places, changed, order)


def _order(figures: Figures) -> Mapping[str, int]:
    return {idea_id: number for number, idea_id in enumerate(figures.idea_ids)}


def _places(figures: Figures, before: Sequence[Place]) -> Sequence[Place]:
    if figures.votes is None:
        return [UnrankedIdea(i) for i in figures.idea_ids if i not in figures.removed_idea_ids]
    return ranked(figures.votes, before)


def ranked(votes: Mapping[str, int], before: Sequence[Place] = ()) -> Sequence[Place]:
    """Every idea with its votes, most first, equal ones in the order given, as `rank` has it.

    An idea that stands where it stood is the same object: of thousands few move at a time.
    """
    places: list[Place] = []
    rank, last = 0, -1
    ordered = sorted(votes, key=votes.__getitem__, reverse=True)
    for at, (idea_id, old) in enumerate(zip(ordered, chain(before, repeat(None)), strict=False), 1):
        number = votes[idea_id]
        if number != last:
            rank, last = at, number
        mine = (idea_id, number, rank)
        stands = old is not None and (old.idea_id, old.votes, old.rank) == mine
        places.append(old if old and stands else RankedIdea(*mine))
    return places


def _changed(
    places: Sequence[Place], before: Sequence[Place], changed: Sequence[int], version: int
) -> Sequence[int]:
    """For each place the version in which what stands there became different."""
    known = chain(zip(before, changed, strict=True), repeat((None, version)))
    return [
        since if place is old or place == old else version
        for place, (old, since) in zip(places, known, strict=False)
    ]


def of_channel(board: Board, channel: str) -> Sequence[Place]:
    """The ideas by what came through one channel; KeyError where that is not told."""
    if board.figures.votes is None:
        return board.places
    if board.figures.channels is None:
        raise KeyError(channel)
    return ranked(board.figures.channels[channel])


def by_channel(
    channels: Sequence[str], votes: Mapping[str, int], others: Mapping[tuple[str, str], int]
) -> dict[str, dict[str, int]]:
    """Votes by channel and idea; the main channel, the first, is what the others leave.

    `others` are those of the other channels by channel and idea.
    """
    main = dict(votes)
    split = {channels[0]: main}
    for channel in channels[1:]:
        split[channel] = {idea_id: others.get((channel, idea_id), 0) for idea_id in votes}
        for idea_id, number in split[channel].items():
            main[idea_id] -= number
    return split


def first_behind(board: Board, places: Sequence[Place], behind: tuple[int, int]) -> int:
    """Where a page begins that follows an idea with these votes and this place on the ballot.

    Whether or not that idea stands there still: the order of votes and ballot decides.
    """
    return bisect_right(places, (-behind[0], behind[1]), key=lambda place: _key(board, place))


def cut_behind(board: Board, place: Place) -> tuple[int, int]:
    """What `first_behind` needs to begin behind this place."""
    votes, ordinal = _key(board, place)
    return -votes, ordinal


def _key(board: Board, place: Place) -> tuple[int, int]:
    return -(place.votes or 0), board.order.get(place.idea_id, len(board.order))


def position_text(offsets: Sequence[int]) -> str:
    """The next offset of each partition, in one word."""
    return ".".join(map(str, offsets))


def offsets_of(text: str) -> tuple[int, ...] | None:
    """What `position_text` was given; None for any other text."""
    parts = text.split(".", MAX_PARTITIONS)
    if len(parts) > MAX_PARTITIONS or not all(_OFFSET.fullmatch(part) for part in parts):
        return None
    return tuple(map(int, parts))


def stands_behind(offsets: Sequence[int] | None, seen: Sequence[int] | None) -> bool:
    """Whether less is counted, in any partition, than somebody has seen."""
    if offsets is None or seen is None or len(offsets) != len(seen):
        return False
    return any(now < then for now, then in zip(offsets, seen, strict=True))


def furthest(one: Sequence[int] | None, other: Sequence[int] | None) -> tuple[int, ...] | None:
    """The further of two positions, partition by partition."""
    if one is None or other is None or len(one) != len(other):
        chosen = other if one is None else one
        return None if chosen is None else tuple(chosen)
    return tuple(map(max, one, other))
