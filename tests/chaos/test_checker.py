"""The checker finds each thing that can be wrong, in histories made by hand; and nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos.checker import judge
from tests.chaos.checker.evidence import Evidence, load, save
from tests.chaos.checker.fold import partition_of
from tests.chaos.checker.judge import findings
from tests.chaos.made import (
    ANNE,
    BEN,
    BOATY,
    CLEO,
    DORA,
    HENRY,
    PARTITIONS,
    POPPY,
    Made,
    found,
)
from tests.chaos.made_redis import spoiled


@pytest.fixture
def made() -> Made:
    """A poll of one vote each in which all went well, and which is open."""
    made = Made()
    made.open()
    made.vote(ANNE, BOATY)
    made.logged(ANNE, BOATY)
    made.sent(ANNE, BOATY)
    made.sent(ANNE, BOATY, status=200)
    made.vote(BEN, POPPY)
    made.sample()
    return made


def changeable(made: Made) -> None:
    made.open("change", kind="changeable", ideas_per_ballot=2)


def whole(made: Made, *polls: str) -> Evidence:
    """The run with all its polls at their end."""
    for poll_id in ("ship", *polls):
        made.end(poll_id)
    made.sample()
    return made.evidence()


def test_a_run_in_which_all_went_well_has_no_finding(made: Made) -> None:
    changeable(made)
    made.vote(CLEO, BOATY, POPPY, poll_id="change", revision=2)
    made.logged(CLEO, HENRY, poll_id="change", revision=1)
    made.sent(CLEO, HENRY, poll_id="change", revision=1)
    made.sent(DORA, HENRY, status=503, retry_after="2")
    made.sent(DORA, HENRY, status=None)
    made.note("recovery", lag_zero_seconds=3.0, votes_again_seconds=1.0)
    assert findings(whole(made, "change")) == []


def test_an_acknowledged_vote_that_the_log_lacks(made: Made) -> None:
    made.sent(CLEO, BOATY)
    assert found(whole(made)) == {
        "acknowledged_votes_are_in_the_log",
        "acknowledged_votes_count_unless_another_choice_stands",
    }


def test_an_acknowledged_vote_that_the_log_has_for_another_idea(made: Made) -> None:
    made.logged(CLEO, HENRY)
    made.sent(CLEO, HENRY, status=None)
    made.sent(CLEO, BOATY)
    made.history[-1]["body"]["vote_id"] = f"ship.{CLEO}.{HENRY}.0"
    assert "acknowledged_votes_are_in_the_log" in found(whole(made))


def test_an_acknowledged_vote_behind_the_closing(made: Made) -> None:
    made.control("VotingClosed", 2)
    made.vote(CLEO, BOATY)
    made.control("TallySealed", 3)
    made.sample()
    assert "acknowledged_votes_are_in_the_log" in found(made.evidence())


def test_an_acknowledged_vote_after_the_closing_time(made: Made) -> None:
    made.at_ms = 1_000_000
    made.vote(CLEO, BOATY)
    assert "acknowledged_votes_are_in_the_log" in found(whole(made))


def test_an_acknowledged_vote_for_an_idea_behind_its_removal(made: Made) -> None:
    made.control("BallotChanged", 2, removed_idea_ids=[HENRY])
    made.vote(CLEO, HENRY)
    made.end(after=2)
    made.sample()
    assert "acknowledged_votes_are_in_the_log" in found(made.evidence())


def test_an_acknowledged_only_choice_that_is_not_counted(made: Made) -> None:
    elsewhere = 1 - partition_of(CLEO, PARTITIONS)
    made.logged(CLEO, BOATY, partition=elsewhere)
    made.sent(CLEO, BOATY)
    assert "acknowledged_votes_count_unless_another_choice_stands" in found(whole(made))


def test_a_lower_revision_that_stands() -> None:
    made = Made()
    made.open("ship", kind="changeable", ideas_per_ballot=2)
    made.vote(ANNE, BOATY, revision=1)
    made.sent(ANNE, POPPY, revision=2)
    assert "the_highest_acknowledged_revision_stands" in found(whole(made))


def test_a_revision_that_nobody_sent_stands(made: Made) -> None:
    changeable(made)
    made.vote(ANNE, BOATY, poll_id="change", revision=1)
    made.logged(ANNE, HENRY, poll_id="change", revision=2)
    assert found(whole(made, "change")) == {
        "no_vote_counts_twice",
        "nothing_is_in_the_log_that_nobody_sent",
        "the_highest_acknowledged_revision_stands",
    }


def test_a_refused_vote_that_counts(made: Made) -> None:
    made.logged(CLEO, BOATY)
    made.sent(CLEO, BOATY, status=409)
    assert found(whole(made)) == {"refused_votes_do_not_count"}


def test_a_vote_with_a_bad_pass_that_is_accepted(made: Made) -> None:
    made.logged(CLEO, BOATY)
    made.sent(CLEO, BOATY, bad="the pass has expired")
    broken = found(whole(made))
    assert {"refused_votes_do_not_count", "nothing_is_in_the_log_that_nobody_sent"} <= broken


def test_a_vote_that_nobody_sent(made: Made) -> None:
    made.logged(CLEO, BOATY)
    assert found(whole(made)) == {
        "no_vote_counts_twice",
        "nothing_is_in_the_log_that_nobody_sent",
    }


def test_a_repeat_with_another_receipt(made: Made) -> None:
    made.vote(CLEO, BOATY)
    made.sent(CLEO, BOATY, status=200)
    made.history[-1]["body"]["idea_id"] = HENRY
    assert found(whole(made)) == {"repeats_get_the_same_receipt"}


@pytest.mark.parametrize("status", [400, 418, 500])
def test_an_answer_that_was_not_agreed(made: Made, status: int) -> None:
    made.sent(CLEO, BOATY, status=status)
    assert found(whole(made)) == {"answers_are_of_the_agreed_kind"}


def test_a_503_that_does_not_say_when_to_come_back(made: Made) -> None:
    made.sent(CLEO, BOATY, status=503)
    assert found(whole(made)) == {"answers_are_of_the_agreed_kind"}


def test_an_archive_that_lacks_a_record(made: Made) -> None:
    evidence = whole(made)
    del evidence.archive[3]
    assert found(evidence) == {"the_archive_equals_the_log"}


def test_an_archive_with_another_record(made: Made) -> None:
    evidence = whole(made)
    evidence.archive[3] = replace(evidence.archive[3], value=b"{}")
    assert found(evidence) == {"the_archive_equals_the_log"}


def test_a_hole_in_the_log(made: Made) -> None:
    evidence = whole(made)
    last = evidence.log[-1]
    evidence.log[-1] = evidence.archive[-1] = replace(last, offset=last.offset + 1)
    assert "the_log_has_no_hole" in found(evidence)


def test_a_vote_counted_twice_in_redis(made: Made) -> None:
    place = partition_of(ANNE, PARTITIONS)
    raw = spoiled(made.raw(place), "tally:ship", b"0", b"2")
    made.note("sample", partition=place, raw=raw)
    assert found(whole(made)) == {"redis_equals_the_log"}


def test_a_ballot_that_redis_lost(made: Made) -> None:
    place = partition_of(ANNE, PARTITIONS)
    raw = {name: h for name, h in made.raw(place).items() if len(h) != 1 or place < 0}
    made.note("sample", partition=place, raw=raw)
    assert found(whole(made)) == {"redis_equals_the_log"}


def test_a_position_that_is_not_that_of_what_was_counted(made: Made) -> None:
    raw = spoiled(made.raw(0), "position", b"id", b"another")
    made.note("sample", partition=0, raw=raw)
    assert found(whole(made)) == {"redis_equals_the_log"}


def test_redis_behind_the_log_in_the_end(made: Made) -> None:
    evidence = whole(made)
    evidence.history += [entry for entry in made.history if entry["kind"] == "sample"][:2]
    assert found(evidence) == {"redis_has_counted_all_in_the_end"}


def test_redis_ahead_of_the_log(made: Made) -> None:
    raw = spoiled(made.raw(0), "position", b"offset", b"99")
    made.note("sample", partition=0, raw=raw)
    assert found(whole(made)) == {"redis_equals_the_log"}


def test_a_poll_that_is_not_certified(made: Made) -> None:
    evidence = whole(made)
    evidence.tallies.clear()
    evidence.published.clear()
    assert found(evidence) == {"certified_tallies_equal_the_log"}


def test_a_voter_with_more_than_allowed(made: Made) -> None:
    place = partition_of(ANNE, PARTITIONS)
    both = made.raw(place)
    more = Made()
    more.open(ideas_per_ballot=2)
    more.vote(ANNE, BOATY)
    more.vote(ANNE, POPPY)
    ballots = {n: h for n, h in more.raw(place).items() if n not in both or len(h) == 1}
    made.note("sample", partition=place, raw=both | ballots)
    assert "no_voter_has_more_than_allowed" in found(whole(made))


@pytest.mark.parametrize("seconds", [None, 61.0])
def test_a_run_that_does_not_recover_in_time(made: Made, seconds: float | None) -> None:
    made.note("recovery", lag_zero_seconds=seconds, votes_again_seconds=1.0)
    assert found(whole(made)) == {"everything_recovers"}


def test_the_checker_has_nothing_of_the_product() -> None:
    sources = [path.read_text() for path in Path(judge.__file__).parent.glob("*.py")]
    assert len(sources) > 5
    assert not [
        line
        for text in sources
        for line in text.splitlines()
        if "groundswell_" in line and "import" in line
    ]


def test_evidence_that_was_kept_is_judged_as_before(
    made: Made, tmp_path_factory: pytest.TempPathFactory
) -> None:
    evidence, directory = whole(made), tmp_path_factory.mktemp("run")
    save(evidence, directory)
    (directory / "history.jsonl").write_text("")
    kept = load(directory)
    assert (kept.log, kept.archive, kept.tallies) == (
        evidence.log,
        evidence.archive,
        evidence.tallies,
    )
