"""The polls of a seed: their rules, and what their contests do to them while people vote. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from random import Random

from tests.chaos.plan import MAIN_CHANNEL, OPENING_SECONDS, Case, Journey, PollPlan

FEATURES = ("set-asides", "roll", "pause", "ladder", "channels", "days", "merges")
FEATURES_AT_ONCE = 3

CHANNELS = (MAIN_CHANNEL, "shop", "instagram")
WEIGHTS = (("crew", 5), ("press", 2))
LADDER = "ladder"

_MERGES = (0.3, 0.55, 0.75)
"""When an idea is merged, comes back and is merged again, as shares of the voting time."""


def features_of(seed: int) -> tuple[str, ...]:
    """Three of them in each run; seven seeds that follow each other have each three times."""
    return tuple(FEATURES[(seed + n) % len(FEATURES)] for n in range(FEATURES_AT_ONCE))


def polls(
    seed: int, seconds: float, rate: float, features: Collection[str], chance: Random
) -> tuple[PollPlan, ...]:
    """One that closes on time and two that end early, one of those at the end of the surge."""
    kinds: list[tuple[bool, int | None]] = [(False, 1), (False, 3), (True, 2)]
    if LADDER in features:
        kinds[1] = (False, None)
    chance.shuffle(kinds)
    ends = [("on time", 0.62), (chance.choice(("early", "moved")), 0.75), ("last", 1.0)]
    planned = [
        PollPlan(
            poll_id=f"poll_{seed}_{'changeable' if changeable else 'standing'}_{limit or 'any'}",
            changeable=changeable,
            ideas_per_ballot=limit,
            end=end,
            ends_at=seconds * (share if share == 1.0 else share + chance.uniform(-0.05, 0.05)),
            amended_at=None if end == "on time" else seconds * chance.uniform(0.2, 0.4),
            ladder=_ladder(seconds, rate) if limit is None else (),
        )
        for (changeable, limit), (end, share) in zip(kinds, ends, strict=True)
    ]
    return tuple(_with_features(planned, features, chance))


def _ladder(seconds: float, rate: float) -> tuple[tuple[int, int], ...]:
    """Steps that favourites reach and others miss, the first of them from the opening on."""
    voters = rate / 3 * 0.3 * seconds
    within = round(0.3 * seconds)
    return (max(2, round(0.2 * voters)), within + round(OPENING_SECONDS)), (round(voters), within)


def _with_features(
    planned: Sequence[PollPlan], features: Collection[str], chance: Random
) -> list[PollPlan]:
    """Each feature is that of two polls, where their other rules allow it."""
    found = list(planned)
    for feature in features:
        allowed = [n for n, poll in enumerate(found) if _fits(poll, feature)]
        for turn, number in enumerate(chance.sample(allowed, 2)):
            found[number] = _with(found[number], feature, turn, chance)
    return found


def _fits(poll: PollPlan, feature: str) -> bool:
    if feature == "pause":
        return poll.end != "on time"  # Somebody should vote when it closes.
    return not (feature == "days" and poll.ladder)


def _with(poll: PollPlan, feature: str, turn: int, chance: Random) -> PollPlan:
    """The poll with a feature, which it is the first (`turn` 0) or the second one to have."""
    match feature:
        case "roll":
            mean = (sum(weight for _, weight in WEIGHTS) + 1) / (len(WEIGHTS) + 1)
            ladder = tuple((round(votes * mean), seconds) for votes, seconds in poll.ladder)
            return replace(poll, weights=WEIGHTS, ladder=ladder)
        case "pause":
            at = poll.ends_at * chance.uniform(0.3, 0.45)
            return replace(poll, pause=(at, chance.uniform(5.0, 7.0)))
        case "channels":
            return replace(poll, channels=CHANNELS)
        case "days":
            return replace(poll, per_day=True)
        case "merges":
            # One of the two is certified as merged, the other one as it was, or merged again.
            moments = _MERGES[: 1 if turn else chance.choice((2, 3))]
            merges = (poll.ends_at * (share + chance.uniform(-0.03, 0.03)) for share in moments)
            return replace(poll, merges=tuple(merges))
    return poll  # A ladder is there from the beginning, set-asides need to know the voters.


def cases(poll: PollPlan, journeys: Sequence[Journey], chance: Random) -> tuple[Case, ...]:
    """Voters are set aside before they vote and after, by name and by pass, and when it closed."""
    here = [journey for journey in journeys if journey.poll_id == poll.poll_id]
    early, later, late = (poll.ends_at * chance.uniform(*at) for at in _MOMENTS)
    # Who is on a roll gets a name with the first pass only.
    known = [journey for journey in here if journey.at < early] if poll.weights else here
    named = _some(known, 12, chance)
    by_pass = _some([journey for journey in here if journey.at < later - 2.0], 8, chance)
    others = _some([journey for journey in here if journey.at < poll.ends_at], 6, chance)
    return (
        Case("bots", "set-asides", named, early),
        Case("shared passes", "set-asides", by_pass, later, by_pass=True),
        Case("no bots", "reinstatements", tuple(chance.sample(named, len(named) // 2)), late),
        Case("found later", "set-asides", others),
        Case("no sharing", "reinstatements", tuple(chance.sample(by_pass, len(by_pass) // 2))),
    )


_MOMENTS = ((0.2, 0.3), (0.4, 0.5), (0.6, 0.75))


def _some(journeys: Sequence[Journey], number: int, chance: Random) -> tuple[str, ...]:
    voters = sorted({journey.voter for journey in journeys})
    return tuple(chance.sample(voters, min(number, len(voters))))
