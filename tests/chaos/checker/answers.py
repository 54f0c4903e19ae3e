"""What answers promise, held against the log. Each invariant yields a sentence per breach."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.chaos.checker.fold import IN_TIME
from tests.chaos.checker.reading import Attempt, Choice, Reading

REFUSALS = frozenset({401, 403, 404, 409, 422})
"""Not 400: all that is sent is well-formed, and comes in time."""


def acknowledged_votes_are_in_the_log(run: Reading) -> Iterator[str]:
    """The vote of every 200 and 202 is there, with the ideas sent, in time and before the close."""
    for attempt in run.attempts:
        if not attempt.accepted:
            continue
        vote_id = attempt.body.get("vote_id")
        there = run.logged_by_id.get(vote_id, [])
        if not there:
            yield f"{attempt}: {vote_id} is not in the log"
        elif any(logged.choice != attempt.choice for logged in there):
            places = ", ".join(f"{logged.record.place}: {logged.choice}" for logged in there)
            yield f"{attempt}: {vote_id} stands for another vote at {places}"
        elif all(logged.verdict not in IN_TIME for logged in there):
            places = ", ".join(f"{logged.record.place}: {logged.verdict}" for logged in there)
            yield f"{attempt}: {vote_id} was acknowledged and does not count at {places}"


def acknowledged_votes_count_unless_another_choice_stands(run: Reading) -> Iterator[str]:
    """Whoever sent no more than fits has each acknowledged idea once; else somebody's stands."""
    for key, choices in run.by_ballot.items():
        poll = run.poll(key[0]) if key[0] in run.poll_ids() else None
        if poll is None or poll.rules["kind"] != "standing":
            continue
        standing = Counter(run.ideas_on(key))
        removed = {poll.ideas[ordinal] for ordinal in poll.removed}
        sent = {choice.ideas[0] for choice in choices}
        for choice, attempts in choices.items():
            if not any(attempt.accepted for attempt in attempts):
                continue
            times = standing[choice.ideas[0]]
            if len(sent) <= poll.limit and times != 1:
                yield f"{choice}: acknowledged, the only choice, counted {times} times"
            elif times == 0 and len(set(standing) - removed) < poll.limit and not removed & sent:
                yield f"{choice}: acknowledged, not counted, and the ballot has room"


def the_highest_acknowledged_revision_stands(run: Reading) -> Iterator[str]:
    """In a changeable poll no lower one does, and a higher one only if it was sent."""
    for key, choices in run.by_ballot.items():
        if key[0] not in run.poll_ids() or run.poll(key[0]).rules["kind"] != "changeable":
            continue
        accepted = [c for c, sent in choices.items() if any(a.accepted for a in sent)]
        if not accepted:
            continue
        highest = max(choice.revision for choice in accepted)
        ballot = run.ballots.get(key)
        stands = 0 if ballot is None else ballot.revision
        ideas = tuple(sorted(run.ideas_on(key)))
        where = f"{key[0]}, voter {key[2]}"
        if stands < highest:
            yield f"{where}: revision {highest} was acknowledged, revision {stands} stands"
        elif Choice(*key, stands, ideas) not in choices:
            yield f"{where}: revision {stands} with {'+'.join(ideas)} stands; it was never sent"
        elif stands == highest and len({c for c in choices if c.revision == stands}) == 1:
            only = next(c for c in accepted if c.revision == highest)
            if only.ideas != ideas:
                yield f"{where}: revision {stands} stands for {ideas}, not {only.ideas}"


def refused_votes_do_not_count(run: Reading) -> Iterator[str]:
    """A vote all of whose attempts got a 4xx counts nowhere; one with a bad pass never."""
    taken = ("counted", "set_aside")
    counted = {logged.choice: logged for logged in run.logged if logged.verdict in taken}
    for choice, attempts in run.by_choice.items():
        if all(attempt.refused for attempt in attempts) and choice in counted:
            statuses = sorted({attempt.status or 0 for attempt in attempts})
            place = counted[choice].record.place
            yield f"{choice}: answered {statuses} only, and counted at {place}"
    for attempt in run.attempts:
        if attempt.bad is None:
            continue
        if attempt.accepted:
            yield f"{attempt}: accepted although {attempt.bad}"
        if attempt.choice in counted and attempt.choice not in run.by_choice:
            place = counted[attempt.choice].record.place
            yield f"{attempt}: counted at {place} although {attempt.bad}"


def no_vote_counts_twice(run: Reading) -> Iterator[str]:
    """No idea is certified with more votes than people sent for it, however often they did.

    What was sent for an idea that was merged into it is for it as well.
    """
    weights: defaultdict[tuple[str, str], dict[tuple[str, str], int]] = defaultdict(dict)
    for choice, attempts in run.by_choice.items():
        if choice.poll_id not in run.poll_ids():
            continue
        by_segment = run.poll(choice.poll_id).rules["weights"]
        weight = by_segment.get(attempts[0].sent.get("segment", ""), 1)
        for idea_id in choice.ideas:
            weights[choice.poll_id, idea_id][choice.period, choice.voter] = weight
    for control in run.controls:
        if control.kind != "VotesMerged":
            continue
        data = control.records[min(control.records)].data
        idea, into = (control.poll_id, data["idea_id"]), (control.poll_id, data["into_idea_id"])
        weights[into] = weights[idea] | weights[into]
    for poll_id, tally in run.evidence.tallies.items():
        for line in (*tally["tally"], *tally["removed"], *tally["set_aside"]):
            sent = sum(weights[poll_id, line["idea_id"]].values())
            if line["votes"] > sent:
                yield f"{poll_id}, {line['idea_id']}: {line['votes']} votes, people sent {sent}"


def nothing_is_in_the_log_that_nobody_sent(run: Reading) -> Iterator[str]:
    """Each vote of the log was sent by its voter, with a good pass."""
    for logged in run.logged:
        if logged.choice not in run.by_choice:
            yield f"{logged.record.place}: {logged.choice}: nobody sent it"


def repeats_get_the_same_receipt(run: Reading) -> Iterator[str]:
    """All receipts of a choice are equal, and no two choices share a vote_id."""
    owners: dict[str, Choice] = {}
    for choice, attempts in run.by_choice.items():
        receipts = [attempt.body for attempt in attempts if attempt.accepted]
        for receipt in receipts[1:]:
            if receipt != receipts[0]:
                yield f"{choice}: receipts {receipts[0]} and {receipt}"
        for receipt in receipts[:1]:
            other = owners.setdefault(receipt.get("vote_id"), choice)
            if other != choice:
                yield f"{choice}: shares the receipt {receipt.get('vote_id')} with {other}"


def answers_are_of_the_agreed_kind(run: Reading) -> Iterator[str]:
    """Receipts, refusals, and 503 with Retry-After; nothing else, and every refusal explained."""
    for attempt in run.attempts:
        if attempt.status is None or attempt.accepted:
            continue
        explained = isinstance(attempt.body, dict) and "type" in attempt.body
        if not explained or not _is_agreed(attempt):
            yield f"{attempt}: {attempt.body}"


def _is_agreed(attempt: Attempt) -> bool:
    if attempt.status == 503:
        return attempt.retry_after is not None
    return attempt.status in REFUSALS


INVARIANTS = (
    acknowledged_votes_are_in_the_log,
    acknowledged_votes_count_unless_another_choice_stands,
    the_highest_acknowledged_revision_stands,
    refused_votes_do_not_count,
    no_vote_counts_twice,
    nothing_is_in_the_log_that_nobody_sent,
    repeats_get_the_same_receipt,
    answers_are_of_the_agreed_kind,
)
