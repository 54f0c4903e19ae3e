"""Where the terms of a contest contradict themselves. Called when one is drafted or edited."""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from groundswell_ideas.terms.rules import PHASES, Obstacle, Phase, ReviewWindow, Selection, Terms
from groundswell_ideas.terms.rules.local_times import to_utc


def contradictions(terms: Terms, phases: Collection[Phase]) -> list[Obstacle]:
    """All of them, by the fields of the body; `phases` are those that the contest comes to."""
    return [
        *_of_vote(terms),
        *_of_calendar(terms, phases),
        *_of_languages(terms),
        *_of_regions(terms),
        *_of_entering(terms),
        *_of_selection(terms.selection),
        *_of_windows(terms.selection.review_windows, terms.time_zone),
    ]


def _of_vote(terms: Terms) -> Iterator[Obstacle]:
    if terms.vote == "binding" and terms.selection.winners.by != "tally":
        message = "a vote that binds says who wins, and nobody else does"
        yield Obstacle("body.vote", "binding", message)


def _of_calendar(terms: Terms, phases: Collection[Phase]) -> Iterator[Obstacle]:
    for position, entry in enumerate(terms.calendar):
        if entry.to not in phases:
            message = f"this programme does not come to {entry.to}"
            yield Obstacle(f"body.calendar.{position}.to", "phase", message)
    # In UTC: where summer time skips an hour, a later local time may be an earlier moment.
    steps = [(PHASES.index(e.to), to_utc(e.at, terms.time_zone)) for e in terms.calendar]
    for position, (step, later) in enumerate(pairwise(steps), start=1):
        if later[0] <= step[0] or later[1] <= step[1]:
            message = "phases and times both go forward, from one entry to the next"
            yield Obstacle(f"body.calendar.{position}", "order", message)


def _of_languages(terms: Terms) -> Iterator[Obstacle]:
    for locale in terms.texts:
        if locale not in terms.languages:
            message = f"{locale} is not among the languages of the contest"
            yield Obstacle(f"body.texts.{locale}", "language", message)
    for position, region in enumerate(terms.regions):
        if region.language is not None and region.language not in terms.languages:
            message = f"{region.language} is not among the languages of the contest"
            yield Obstacle(f"body.regions.{position}.language", "language", message)


def _of_regions(terms: Terms) -> Iterator[Obstacle]:
    for position, region in enumerate(terms.regions):
        closes, voted = region.submission_closes, region.voting_closes
        if closes is None or voted is None:
            continue
        if to_utc(closes, region.time_zone) >= to_utc(voted, region.time_zone):
            message = "submissions close before the vote does"
            yield Obstacle(f"body.regions.{position}.voting_closes", "order", message)


def _of_entering(terms: Terms) -> Iterator[Obstacle]:
    who = terms.eligibility
    if (who.who == "segment") != bool(who.segments):
        message = "segments are named where a segment may enter, and there alone"
        yield Obstacle("body.eligibility.segments", "segments", message)
    for position, (version, later) in enumerate(pairwise(terms.terms_of_entry), start=1):
        if later.version <= version.version or later.since <= version.since:
            message = "each version is higher than the one before, and later"
            yield Obstacle(f"body.terms_of_entry.{position}", "order", message)


def _of_selection(selection: Selection) -> Iterator[Obstacle]:
    field = "body.selection"
    listing, winning = selection.shortlist, selection.winners
    if listing.size is not None and listing.maximum is not None:
        message = "a shortlist has an exact size or a maximum"
        yield Obstacle(f"{field}.shortlist.maximum", "either", message)
    if (listing.by == "threshold") != (listing.threshold_votes is not None):
        message = "votes are named for a threshold, and for nothing else"
        yield Obstacle(f"{field}.shortlist.threshold_votes", "threshold", message)
    judged = "jury" in (listing.by, winning.by) or winning.by == "weighted"
    if judged and selection.jury is None:
        yield Obstacle(f"{field}.jury", "missing", "a jury that decides has criteria")
    if selection.jury is not None:
        names = [criterion.name for criterion in selection.jury.criteria]
        if len(set(names)) != len(names):
            message = "each criterion has a name of its own"
            yield Obstacle(f"{field}.jury.criteria", "unique", message)


def _of_windows(windows: Sequence[ReviewWindow], time_zone: str) -> Iterator[Obstacle]:
    field = "body.selection.review_windows"
    if len({window.name for window in windows}) != len(windows):
        yield Obstacle(field, "unique", "each window has a name of its own")
    times = [(to_utc(w.opens, time_zone), to_utc(w.closes, time_zone)) for w in windows]
    for position, (opens, closes) in enumerate(times):
        if opens >= closes:
            yield Obstacle(f"{field}.{position}", "order", "a window opens before it closes")
    for position, ((_, closed), (opens, _)) in enumerate(pairwise(times), start=1):
        if opens < closed:
            message = "a window opens when the one before has closed"
            yield Obstacle(f"{field}.{position}", "order", message)
