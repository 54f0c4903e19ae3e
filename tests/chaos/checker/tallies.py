"""Certified tallies and set-asides held against the log. Each invariant yields its breaches."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from tests.chaos.checker.evidence import Entry
from tests.chaos.checker.fold import Poll, partition_of
from tests.chaos.checker.reading import Control, Reading

NOT_IN_A_TALLY = frozenset({"too_early", "after_seal"})
CASES = {"set-asides": "VotersSetAside", "reinstatements": "VotersReinstated"}
ACCEPTED, TOO_LATE = 202, 409


def certified_tallies_equal_the_log(run: Reading) -> Iterator[str]:
    """Each poll that came to its end has one, and it is what the fold says."""
    for poll_id in sorted(run.poll_ids()):
        tally = run.evidence.tallies.get(poll_id)
        if tally is None:
            yield f"{poll_id}: not certified"
        elif poll_id not in run.totals:
            missing = [p for p, fold in run.folds.items() if poll_id not in fold.final_counts]
            yield f"{poll_id}: certified, and not sealed in partitions {missing}"
        else:
            expected = _tally(run.poll(poll_id), run.totals[poll_id])
            for what, (said, logged) in _pairs(tally, expected).items():
                if said != logged:
                    yield f"{poll_id}: certified {what} {said}, log {logged}"


def certified_tallies_are_told_once(run: Reading) -> Iterator[str]:
    """One TallyCertified for each tally, which says the same; repeats of it have its id."""
    told: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for record in run.evidence.published:
        if record.kind == "TallyCertified":
            told[record.data["poll_id"]][record.header("ce_id")] = record.data
    for poll_id in sorted(run.evidence.tallies.keys() | told.keys()):
        events = list(told[poll_id].values())
        if len(events) != 1:
            yield f"{poll_id}: {len(events)} events tell its tally"
            continue
        stored = run.evidence.tallies.get(poll_id, {})
        different = [name for name, value in events[0].items() if stored.get(name) != value]
        if different:
            yield f"{poll_id}: the event and the stored tally differ in {different}"


def set_asides_are_what_was_asked(run: Reading) -> Iterator[str]:
    """The log has each case that was accepted, with its voters, each in their own partition."""
    voters_of = {a.sent.get("pass_id"): a.choice.voter for a in run.attempts}
    asked: dict[tuple[str, str, str], Entry] = {}
    for case in run.evidence.of("case"):
        asked[case["poll"], CASES[case["op"]], case["case"]] = case
    logged: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for control in run.controls:
        if control.kind in CASES.values():
            named = next(iter(control.records.values())).data
            logged[control.poll_id, control.kind, named["case"]] |= _voters(control)
            yield from _misplaced(run, control)
    for key in sorted(asked.keys() | logged.keys()):
        wanted, found = asked.get(key), logged.get(key, set())
        voters = set[str]()
        if wanted is not None and wanted["status"] in (0, ACCEPTED):
            voters = {*wanted["voters"], *(voters_of[p] for p in wanted["pass_ids"])}
        if found != voters and not (wanted and wanted["status"] == 0 and not found):
            yield f"{key}: asked for {len(voters)}, log has {len(found)}: {found ^ voters}"


def set_asides_are_public(run: Reading) -> Iterator[str]:
    """Everybody is told each case that was accepted, how many voters it concerns, and no more."""
    for shown in run.evidence.of("cases shown"):
        told = {item["id"]: item for item in shown["items"]}
        cases = [c for c in run.evidence.of("case") if c["poll"] == shown["poll"]]
        for case in cases:
            where = f"{shown['poll']}, {case['case']}"
            if case["status"] not in (0, ACCEPTED, TOO_LATE):
                yield f"{where}: answered {case['status']}, {case['answer']}"
            if case["status"] != ACCEPTED:
                continue
            item = told.pop(case["answer"]["id"], None)
            number = len(set(case["voters"])) or len(set(case["pass_ids"]))
            if item is None or (item["state"], item["voters"]) != ("done", number):
                yield f"{where}: {number} voters were named, everybody is told {item}"
        if told and all(case["status"] != 0 for case in cases):
            yield f"{shown['poll']}: nobody asked for {list(told.values())}"


def _tally(poll: Poll, counts: Counter[str]) -> Entry:
    """What a tally of these counts says."""
    ideas = dict(enumerate(poll.ideas))
    here = {o: idea for o, idea in ideas.items() if o not in poll.removed}
    return {
        "votes": {idea: counts[str(o)] for o, idea in here.items()},
        "removed": _some({idea: counts[str(o)] for o, idea in ideas.items() if o in poll.removed}),
        "set aside": _some({idea: counts[f"a{o}"] for o, idea in ideas.items()}),
        "voters set aside": counts["s"],
        "channels": {
            channel: told
            for channel in poll.rules["channels"][1:]
            if (told := _some({idea: counts[f"c:{channel}:{o}"] for o, idea in here.items()}))
        },
        "verdicts": _verdicts({n[2:]: c for n, c in counts.items() if n.startswith("v:")}),
    }


def _pairs(tally: Entry, expected: Entry) -> dict[str, tuple[Any, Any]]:
    lines = tally["tally"]
    said = {
        "votes": {line["idea_id"]: line["votes"] for line in lines},
        "removed": _some({line["idea_id"]: line["votes"] for line in tally["removed"]}),
        "set aside": _some({line["idea_id"]: line["votes"] for line in tally["set_aside"]}),
        "voters set aside": tally["voters_set_aside"],
        "channels": {
            each["channel"]: _some(
                {line["idea_id"]: n for line, n in zip(lines, each["votes"], strict=True)}
            )
            for each in tally["channels"]
        },
        "verdicts": _verdicts(tally["verdicts"]),
    }
    return {what: (said[what], expected[what]) for what in expected}


def _some(votes: dict[str, int]) -> dict[str, int]:
    return {name: number for name, number in votes.items() if number}


def _verdicts(found: dict[str, int]) -> dict[str, int]:
    return {n: c for n, c in sorted(found.items()) if c and n not in NOT_IN_A_TALLY}


def _voters(control: Control) -> set[str]:
    return {voter for record in control.records.values() for voter in record.data["voters"]}


def _misplaced(run: Reading, control: Control) -> Iterator[str]:
    for partition, record in control.records.items():
        for voter in record.data["voters"]:
            if partition_of(voter, run.evidence.partitions) != partition:
                yield f"{record.place}: {voter} is not a voter of this partition"


INVARIANTS = (
    certified_tallies_equal_the_log,
    certified_tallies_are_told_once,
    set_asides_are_what_was_asked,
    set_asides_are_public,
)
