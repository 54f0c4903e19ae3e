"""What a recount says, line by line, for an operator to read or a program to split at tabs."""

from collections.abc import Iterator

from groundswell_voting.certification.recount_command import Recount
from groundswell_voting.certification.result import Result, certified_result


def report(found: Recount) -> Iterator[str]:
    """The recount beside the certified tally."""
    certified = None if found.certified is None else _votes(certified_result(found.certified))
    removed = {idea.idea_id for idea in found.recounted.removed}
    for idea_id, votes in _votes(found.recounted).items():
        there = "-" if certified is None else certified.get(idea_id, "-")
        left = "\tremoved" if idea_id in removed else ""
        yield f"{idea_id}\trecounted {votes}\tcertified {there}{left}"
    yield from _apart(found.recounted)
    yield f"log hash\t{found.log_hash}"
    yield f"certified\t{'-' if found.certified is None else found.certified.log_hash}"
    if not found.sealed:
        yield "the poll is not sealed: counted up to where the log ends now"
    if found.equal is None:
        yield "there is no certified tally to compare with"
    else:
        yield "equal" if found.equal else "DIFFERENT"


def comparison(found: Recount) -> Iterator[str]:
    """What the poll would have come to under the other rules: a table with a line per idea."""
    certified = {} if found.certified is None else _votes(certified_result(found.certified))
    removed = {idea.idea_id for idea in found.recounted.removed}
    rows = [("idea", "certified", "under other rules", "difference")]
    for idea_id, votes in _votes(found.recounted).items():
        there = certified.get(idea_id)
        name = f"{idea_id} (removed)" if idea_id in removed else idea_id
        difference = "-" if there is None else f"{votes - there:+d}"
        rows.append((name, "-" if there is None else str(there), str(votes), difference))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for name, *figures in rows:
        shown = (f"{figure:>{width}}" for figure, width in zip(figures, widths[1:], strict=True))
        yield "  ".join((f"{name:<{widths[0]}}", *shown))
    yield from _apart(found.recounted)
    if not found.sealed:
        yield "the poll is not sealed: counted up to where the log ends now"
    if found.certified is None:
        yield "there is no certified tally to compare with"


def _votes(result: Result) -> dict[str, int]:
    """Votes of every idea: those of the tally by rank, then those that left the ballot."""
    on_ballot = {idea.idea_id: idea.votes for idea in result.tally}
    return on_ballot | {idea.idea_id: idea.votes for idea in result.removed}


def _apart(result: Result) -> Iterator[str]:
    if result.voters_set_aside:
        yield f"voters set aside\t{result.voters_set_aside}"
    for idea in result.set_aside:
        yield f"{idea.idea_id}\tset aside {idea.votes}"
    for part in result.channels:
        for ranked, votes in zip(result.tally, part.votes, strict=True):
            if votes:
                yield f"{ranked.idea_id}\tthrough {part.channel} {votes}"
    for verdict, count in result.verdicts.items():
        yield f"{verdict}\t{count}"
