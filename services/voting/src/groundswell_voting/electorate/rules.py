"""Who may vote in a poll, and what its electoral roll says of somebody. Pure."""

from dataclasses import dataclass
from datetime import datetime

from groundswell_voting.voteslog.rules import Eligibility, Rules


@dataclass(frozen=True, slots=True)
class Entry:
    """A participant on the roll of a poll; `segment` and `region` are empty where it names none."""

    participant_id: str
    segment: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who wants to vote, as the roll and their token tell; None: neither of them does."""

    on_roll: bool = False
    segment: str = ""
    region: str | None = None
    account_age_seconds: int | None = None


def needs_roll(rules: Rules) -> bool:
    """Whether the roll makes a difference: to who may vote, or to the weight of a vote."""
    who = rules.eligibility
    return bool(who.invited_only or who.segments or who.regions or rules.weights)


def candidate(
    entry: Entry | None, region: str | None, account_created_at: int | None, now: datetime
) -> Candidate:
    """Somebody as `entry`, theirs on the roll, and their token tell; the roll's region goes first.

    `account_created_at` is in seconds since 1970.
    """
    age = None if account_created_at is None else int(now.timestamp()) - account_created_at
    if entry is None:
        return Candidate(region=region, account_age_seconds=age)
    return Candidate(True, entry.segment, entry.region or region, age)


def obstacle(rules: Eligibility, who: Candidate) -> str | None:
    """The first rule that somebody does not meet, by its name, and what it asks; None for a voter.

    Regions are compared without regard to case, because they come from several hands.
    """
    if rules.invited_only and not who.on_roll:
        return "invited_only: only who is on the poll's electoral roll may vote."
    if rules.segments and who.segment not in rules.segments:
        return f"segments: only {', '.join(rules.segments)} may vote; {_yours(who.segment)}."
    regions = {region.casefold() for region in rules.regions}
    if regions and (who.region or "").casefold() not in regions:
        return f"regions: only {', '.join(rules.regions)} may vote; {_yours(who.region)}."
    wanted, age = rules.account_age_seconds, who.account_age_seconds
    if wanted and (age is None or age < wanted):
        told = "" if age is None else f"{age} s"
        return f"account_age_seconds: an account must be {wanted} s old; {_yours(told)}."
    return None


def _yours(name: str | None) -> str:
    return f"yours is {name}" if name else "yours is not known"
