"""What operators run: a recount from the log, also under other rules, and a rebuild."""

import asyncio
import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

from groundswell_contracts.tallies import ChannelVotes, IdeaVotes
from groundswell_contracts.votes import VoteCast
from groundswell_voting.app.operator import recounted, set_back
from groundswell_voting.certification.report import comparison, report
from groundswell_voting.certification.result import certified_result
from groundswell_voting.polls.rules import ChangeState, IdeasChange, Poll, PollStage, VotersChange
from groundswell_voting.voteslog.rules import Rules
from tests.integration.voting.installation import Voting
from tests.integration.voting.sealed import CHANCE, sealing, tally_of
from tests.integration.voting.world import IDEAS, cast, dump, running
from tests.support.programs import environment


async def test_the_operators_recount_tells_the_same_and_touches_nothing(voting: Voting) -> None:
    async with sealing(voting) as (poll, expected):
        before = await recounted(voting.settings, poll.poll_id)
        assert (before.equal, before.sealed) == (None, True)
        async with voting.counted():
            await voting.reaches(poll, PollStage.RETIRED)
    tally = await tally_of(voting, poll)
    logged = await voting.votes_log.read()
    stored = await voting.database["votes_log"].count_documents({})
    again = await recounted(voting.settings, poll.poll_id)
    assert again.equal is True
    assert again.log_hash == tally.log_hash == before.log_hash
    assert again.recounted == before.recounted == certified_result(tally)
    assert {i.idea_id: i.votes for i in again.recounted.tally if i.votes} == expected
    votes = expected[IDEAS[0]]
    lines = list(report(again))
    assert f"{IDEAS[0]}\trecounted {votes}\tcertified {votes}" in lines
    assert lines[-1] == "equal"
    assert await voting.votes_log.read() == logged
    assert await voting.database["votes_log"].count_documents({}) == stored


async def test_a_poll_with_all_that_may_happen_is_certified(voting: Voting) -> None:
    """Weights, channels, an idea removed and one added, voters set aside and one reinstated."""
    rules = Rules(ideas_per_ballot=2, weights={"gold": 3}, channels=("web", "shop"))
    poll = await voting.open(rules=rules)

    def voted(voter: str, idea: str, **more: str) -> VoteCast:
        return cast(voter, idea, poll.poll_id).model_copy(update=more)

    async with voting.counted(), running(voting.machine(0.05).run):
        await voting.votes_log.cast(
            voted("anne", IDEAS[0], segment="gold", channel="shop"),
            voted("anne", IDEAS[1], segment="gold"),
            voted("bert", IDEAS[1], channel="shop"),
            voted("carl", IDEAS[0]),
            voted("dora", IDEAS[2]),
        )
        aside = VotersChange(
            "set_aside", "case 1", "bought", ("carl", "dora"), (), ("carl", "dora")
        )
        back = VotersChange("reinstate", "case 1", "an error", ("dora",), (), ("dora",))
        for what in (IdeasChange(("idea_new",), (IDEAS[1],)), aside, back):
            change = await voting.settled(await voting.ask(poll, what))
            assert change.state is ChangeState.DONE, change
        await voting.votes_log.cast(
            voted("bert", "idea_new"), voted("carl", "idea_new"), voted("anne", IDEAS[1])
        )
        open_count = await recounted(voting.settings, poll.poll_id)
        await voting.close(poll)
        await voting.reaches(poll, PollStage.RETIRED)
    tally = await tally_of(voting, poll)
    assert {i.idea_id: (i.votes, i.rank) for i in tally.tally} == {
        IDEAS[0]: (3, 1),
        IDEAS[2]: (1, 2),
        "idea_new": (1, 2),
        IDEAS[3]: (0, 4),
        IDEAS[4]: (0, 4),
    }
    assert tally.removed == (IdeaVotes(idea_id=IDEAS[1], votes=4),)
    assert tally.voters_set_aside == 1
    assert tally.set_aside == (
        IdeaVotes(idea_id=IDEAS[0], votes=1),
        IdeaVotes(idea_id="idea_new", votes=1),
    )
    in_shop = [3 if idea.idea_id == IDEAS[0] else 0 for idea in tally.tally]
    assert tally.channels == (ChannelVotes(channel="shop", votes=in_shop),)
    assert tally.verdicts == {"counted": 6, "set_aside": 1, "idea_removed": 1}

    assert (open_count.sealed, open_count.equal) == (False, None)
    assert open_count.recounted == certified_result(tally)
    assert (await recounted(voting.settings, poll.poll_id)).equal is True
    await _what_if(voting, poll, rules)


async def _what_if(voting: Voting, poll: Poll, rules: Rules) -> None:
    """The same poll, had there been no weights; nothing is touched by asking."""
    stored = await dump(voting.redis), await voting.poll(poll)
    found = await recounted(voting.settings, poll.poll_id, replace(rules, weights={}))
    lines = [line.split() for line in comparison(found)]
    assert lines[0] == ["idea", "certified", "under", "other", "rules", "difference"]
    assert [IDEAS[0], "3", "1", "-2"] in lines
    assert [IDEAS[1], "(removed)", "4", "2", "-2"] in lines
    assert (await dump(voting.redis), await voting.poll(poll)) == stored


async def test_the_command_tells_and_refuses(voting: Voting, tmp_path: Path) -> None:
    """As an operator runs it: tables on its output, the way there on the other, a status."""
    async with sealing(voting) as (poll, expected), voting.counted():
        await voting.reaches(poll, PollStage.RETIRED)
    status, said, told = await _command(voting, poll.poll_id)
    assert (status, said.splitlines()[-1]) == (0, "equal")
    assert told.count("counted up to offset") == voting.settings.voting_partitions

    more = tmp_path / "two.json"
    more.write_text(json.dumps({"ideas_per_ballot": 2}))
    status, said, _ = await _command(voting, poll.poll_id, "--rules", str(more))
    assert status == 0
    first = next(line for line in said.splitlines() if line.startswith(IDEAS[0])).split()
    assert int(first[1]) == expected[IDEAS[0]]
    assert int(first[2]) - int(first[1]) == int(first[3]) >= 0

    for rules, complaint in (
        ({"idea_per_ballot": 2}, "Extra inputs"),
        ({"kind": "changeable"}, "cast in a standing poll per poll"),
    ):
        more.write_text(json.dumps(rules))
        status, said, told = await _command(voting, poll.poll_id, "--rules", str(more))
        assert (status, said) == (2, "")
        assert complaint in told
    assert (await _command(voting, "poll_unheard_of"))[0] == 2


async def _command(voting: Voting, *arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "groundswell_voting", "recount", *arguments),
        env=environment(voting.settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, told = await asyncio.wait_for(process.communicate(), 50)
    assert process.returncode is not None
    return process.returncode, said.decode(), told.decode()


async def test_partitions_are_rebuilt_while_others_go_on(voting: Voting) -> None:
    """Votes come meanwhile; certified is what the log says."""
    poll = await voting.open()
    choices: Counter[str] = Counter()

    async def keep_voting(stop: asyncio.Event) -> None:
        for n in range(2_000):
            if stop.is_set():
                return
            idea = CHANCE.choice(IDEAS)
            choices[idea] += 1
            await voting.votes_log.cast(cast(f"voter_{n}", idea, poll.poll_id))

    partitions = range(voting.settings.voting_partitions)
    async with voting.counted():
        async with running(keep_voting):
            for chosen in ([3], [7], partitions):
                counted = await voting.projection.position(5)
                await set_back(voting.settings, chosen)
                if 5 not in chosen:
                    assert (await voting.projection.position(5)).offset >= counted.offset
                await asyncio.sleep(0.5)
        async with running(voting.machine(0.05).run):
            await voting.close(poll)
            await voting.reaches(poll, PollStage.CERTIFIED)
    tally = await tally_of(voting, poll)
    assert {idea.idea_id: idea.votes for idea in tally.tally if idea.votes} == choices
