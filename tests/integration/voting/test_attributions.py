"""By which links certified votes came: told behind the tally, each idea once, whatever breaks."""

from collections import Counter
from collections.abc import Sequence

import pytest

from groundswell_contracts.tallies import LinkVotes, TallyCertified, VotesAttributed
from groundswell_contracts.topics import TALLIES
from groundswell_kit.ids import new_id
from groundswell_kit.relay import Relay
from groundswell_voting.certification import commands
from groundswell_voting.polls.rules import Poll, PollStage
from groundswell_voting.voteslog.rules import Rules
from tests.integration.voting.installation import Voting, event_of
from tests.integration.voting.sealed import certification_of, tally_of
from tests.integration.voting.world import IDEAS, Log, cast, eventually, running

pytestmark = pytest.mark.timeout(120)

WEIGHTY = Rules(ideas_per_ballot=2, weights={"gold": 3})


async def told(voting: Voting, poll: Poll) -> Sequence[TallyCertified | VotesAttributed]:
    """What the topic says of the poll, in its order."""
    log = Log(voting.votes_log.bootstrap, TALLIES.name, TALLIES.partitions, voting.writer._producer)
    events = [event_of(raw) for records in (await log.read()).values() for raw in records]
    # What is published twice is one event: its id says so.
    mine = {event.id: event.data for event in events if event.data.key == poll.contest_id}.values()
    return [one for one in mine if isinstance(one, TallyCertified | VotesAttributed)]


async def voted(voting: Voting) -> Poll:
    """A poll with votes that named links, and some that did not; voting has ended."""
    poll = await voting.open(rules=WEIGHTY)
    links = ["qr", "c0de", "c0de", "", ""]
    votes = [
        cast(f"voter_{n}", IDEAS[n % 2], poll.poll_id).model_copy(update={"via": links[n % 5]})
        for n in range(40)
    ]
    gold = {"segment": "gold", "via": "c0de"}
    votes.append(cast("golden", IDEAS[0], poll.poll_id).model_copy(update=gold))
    votes.append(cast("golden", IDEAS[2], poll.poll_id))
    again = cast("voter_3", IDEAS[1], poll.poll_id).model_copy(update={"via": "mail"})
    await voting.votes_log.cast(*votes, again)
    await voting.close(poll)
    return poll


EXPECTED = {
    IDEAS[0]: ([LinkVotes(via="c0de", votes=8 + 3), LinkVotes(via="qr", votes=4)], 8),
    IDEAS[1]: ([LinkVotes(via="c0de", votes=8), LinkVotes(via="qr", votes=4)], 8),
}


async def test_links_are_told_behind_the_tally_once(
    voting: Voting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker dies between two ideas of which it tells, and another one goes on."""
    monkeypatch.setattr(commands, "TOLD_AT_ONCE", 1)
    relay = Relay(voting.database, voting.settings.kafka_bootstrap, new_id("relay"))
    certification = certification_of(voting)
    told_before = voting.stores.attributions.tell
    calls = Counter[str]()

    async def tells_one_and_breaks(brand_id: str, poll_id: str, most: int) -> int:
        calls["tell"] += 1
        if calls["tell"] == 2:
            raise TimeoutError("the worker is gone")
        return await told_before(brand_id, poll_id, most)

    monkeypatch.setattr(voting.stores.attributions, "tell", tells_one_and_breaks)
    poll = await voted(voting)
    machine = voting.machine(0.2, conclusions=[certification.conclude])
    async with voting.counted(), running(machine.run, relay.run):
        await voting.reaches(poll, PollStage.RETIRED)

        async def all_is_told() -> bool:
            return len(await told(voting, poll)) == 3

        await eventually(all_is_told, "tally and links are told")
    assert calls["tell"] >= 4  # one told, one broken, one told, and then there are no more
    tally, *links = await told(voting, poll)
    assert tally == await tally_of(voting, poll)
    by_idea = {one.idea_id: one for one in links if isinstance(one, VotesAttributed)}
    assert {
        idea: (one.links, one.unnamed) for idea, one in by_idea.items() if one.others == 0
    } == EXPECTED
    certified = {idea.idea_id: idea.votes for idea in (await tally_of(voting, poll)).tally}
    assert {
        idea: sum(link.votes for link in one.links) + one.unnamed for idea, one in by_idea.items()
    } == {idea: certified[idea] for idea in by_idea}


async def test_a_second_certification_tells_nothing_again(voting: Voting) -> None:
    """The one before lost its lease while it counted."""
    poll = await voted(voting)
    certification = certification_of(voting)
    async with running(voting.machine(0.2).run):
        sealed = await voting.reaches(poll, PollStage.SEALED)
    async with voting.counted():
        await voting.archived()
    for _ in range(2):
        await certification.certify(sealed)
        await certification.conclude(sealed, await tally_of(voting, poll))
    told_of = {"topic": TALLIES.name, "key": poll.contest_id.encode()}
    assert await voting.database["outbox"].count_documents(told_of) == 1 + len(EXPECTED)
