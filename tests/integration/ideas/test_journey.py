"""The ship-naming contest from draft to decision, with its events on the topics."""

from itertools import pairwise

import pytest

from groundswell_contracts.contests import (
    ContestPhaseChanged,
    ContestPublished,
    RewardPlan,
)
from groundswell_contracts.event import Event
from groundswell_contracts.ideas import IdeaApproved, IdeaRejected, IdeaShortlisted, IdeaSubmitted
from groundswell_contracts.money import Money
from groundswell_contracts.poll_rules import PollRules
from groundswell_contracts.staff import StaffBriefed
from groundswell_contracts.topics import CONTESTS, IDEAS, STAFF, WINNERS
from groundswell_contracts.winners import WinnerSelected, WinnerVetoed
from groundswell_ideas.app import worker_role
from tests.integration.ideas.ships import SHIPS, open_vote, tally_of, until_certified
from tests.integration.ideas.world import BRAND, World
from tests.support.service import is_ready, running, until
from tests.support.topics import publish, published


async def decide(world: World, contest_id: str, idea_ids: list[str]) -> None:
    """The brand vetoes the crowd's favourite and selects rank five."""
    await world.enter(contest_id, "deliberation")
    veto = {"idea_id": idea_ids[0], "reason": "Polar ships are named for explorers."}
    await world.done("POST", f"/v1/contests/{contest_id}/vetoes", veto)
    selection = {"idea_ids": idea_ids[4:], "reason": "A lifetime of discovery."}
    await world.done("POST", f"/v1/contests/{contest_id}/winners", selection)
    for phase in ("decided", "delivery", "closed"):
        await world.enter(contest_id, phase)


@pytest.mark.usefixtures("topics")
async def test_a_contest_is_decided_in_the_open(world: World) -> None:
    bootstrap = world.settings.kafka_bootstrap
    async with running(worker_role(world.settings)) as worker:
        contest_id, poll_id, idea_ids, rejected = await open_vote(world)
        votes = dict(zip(idea_ids, SHIPS.values(), strict=True))
        await publish(bootstrap, tally_of(contest_id, poll_id, votes))
        await until_certified(world, contest_id)
        await decide(world, contest_id, idea_ids)

        events = await published(
            bootstrap,
            [CONTESTS, IDEAS, WINNERS, STAFF],
            lambda event: getattr(event.data, "contest_id", None) == contest_id,
            count=26,
        )
        await until(lambda: is_ready(worker))

    by_key: dict[str, list[Event]] = {}
    for event in events:
        assert event.brand_id == BRAND
        assert event.source == "/groundswell/ideas"
        by_key.setdefault(f"{event.data.topic.name} {event.data.key}", []).append(event.data)
    check_contest(by_key.pop(f"{CONTESTS.name} {contest_id}"), poll_id, idea_ids)
    assert [type(event) for event in by_key.pop(f"{STAFF.name} {contest_id}")] == [StaffBriefed]
    check_winners(by_key.pop(f"{WINNERS.name} {contest_id}"), idea_ids)
    for idea_id in idea_ids:
        kinds = [type(event) for event in by_key.pop(f"{IDEAS.name} {idea_id}")]
        assert kinds == [IdeaSubmitted, IdeaApproved, IdeaShortlisted]
    submitted, turned_down = by_key.pop(f"{IDEAS.name} {rejected}")
    assert isinstance(submitted, IdeaSubmitted)
    assert isinstance(turned_down, IdeaRejected)
    assert by_key == {}


def check_contest(events: list[Event], poll_id: str, idea_ids: list[str]) -> None:
    published_event, *changes = events
    assert isinstance(published_event, ContestPublished)
    assert published_event.vote == "advisory"
    assert published_event.reward_plan == RewardPlan(
        per_winner=Money(amount_minor=50_000, currency="GBP"),
        terms="Paid within 30 days of your acceptance.",
    )
    steps = [(c.from_phase, c.to_phase) for c in changes if isinstance(c, ContestPhaseChanged)]
    way = ["draft", "submission", "voting", "deliberation", "decided", "delivery", "closed"]
    assert steps == list(pairwise(way))
    (opens,) = [c for c in changes if isinstance(c, ContestPhaseChanged) and c.polls]
    (plan,) = opens.polls
    assert (opens.to_phase, plan.poll_id, plan.name) == ("voting", poll_id, "")
    assert plan.idea_ids == idea_ids
    assert plan.rules == PollRules()
    assert plan.closes_at == published_event.timetable.voting_closes_at


def check_winners(events: list[Event], idea_ids: list[str]) -> None:
    vetoed, selected = events
    assert isinstance(vetoed, WinnerVetoed)
    assert isinstance(selected, WinnerSelected)
    assert (vetoed.idea_id, vetoed.participant_id) == (idea_ids[0], "per_0")
    assert (selected.idea_id, selected.participant_id) == (idea_ids[4], "per_4")
    assert (selected.rank, selected.reason) == (5, "A lifetime of discovery.")


async def test_the_decision_page_tells_everything(world: World) -> None:
    contest_id, poll_id, idea_ids, _ = await open_vote(world)
    before = await world.done("GET", f"/v1/contests/{contest_id}/decision", by=None)
    assert (before["tally"], before["vetoes"], before["winners"]) == (None, [], [])
    await world.certify(contest_id, list(zip(idea_ids, SHIPS.values(), strict=True)))
    await decide(world, contest_id, idea_ids)

    page = await world.done("GET", f"/v1/contests/{contest_id}/decision", by=None)

    assert page["rules"] == "One vote each. The director has the last word."
    assert page["reward_plan"]["per_winner"] == {"amount_minor": 50_000, "currency": "GBP"}
    assert (page["vote"], page["overruled"], page["phase"]) == ("advisory", True, "closed")
    assert (page["tally"]["poll_id"], page["tally"]["name"]) == (poll_id, "")
    assert page["other_tallies"] == []
    assert page["tally"]["log_hash"] == "ab" * 32
    assert page["tally"]["verdicts"] == {"counted": 194_674}
    assert [(i["title"], i["votes"], i["rank"]) for i in page["tally"]["ideas"]] == [
        (title, votes, rank) for rank, (title, votes) in enumerate(SHIPS.items(), start=1)
    ]
    (veto,) = page["vetoes"]
    assert (veto["title"], veto["reason"]) == (
        "RRS Boaty McBoatface",
        "Polar ships are named for explorers.",
    )
    (winner,) = page["winners"]
    assert (winner["title"], winner["rank"]) == ("RRS David Attenborough", 5)
