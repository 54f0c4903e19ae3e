"""Polls whose life is written by the test itself, without a state machine."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from groundswell_contracts.votes import (
    BallotChanged,
    PollRetired,
    TallySealed,
    VoteCast,
    VotersSetAside,
    VotingClosed,
    VotingOpened,
)
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_voting.polls.rules import Poll, PollStage
from groundswell_voting.voteslog.codec import rules_to
from groundswell_voting.voteslog.rules import Rules
from tests.integration.voting.installation import Voting
from tests.integration.voting.world import BRAND, IDEAS

Control = VotingOpened | BallotChanged | VotersSetAside | VotingClosed | TallySealed | PollRetired


async def open_poll(voting: Voting, idea_ids: Sequence[str] = IDEAS, **rules: Any) -> Poll:
    """A poll that takes votes, in the log and in MongoDB."""
    poll = Poll(
        poll_id=new_id("poll"),
        brand_id=BRAND,
        contest_id=new_id("con"),
        idea_ids=tuple(idea_ids),
        rules=Rules(**rules),
        closes_at=utc_now() + timedelta(hours=1),
        stage=PollStage.OPEN,
        control_number=1,
        announcement_number=1,
    )
    await voting.stores.polls.insert(poll)
    opened = VotingOpened(
        poll_id=poll.poll_id,
        contest_id=poll.contest_id,
        number=1,
        rules=rules_to(poll.rules),
        idea_ids=list(idea_ids),
        closes_at=poll.closes_at,
    )
    await voting.votes_log.everywhere(opened)
    return poll


async def cast(
    voting: Voting, poll: Poll, voters: Sequence[str], idea_id: str = IDEAS[0], channel: str = "web"
) -> None:
    """One vote of each of these voters."""
    await voting.votes_log.cast(
        *(
            VoteCast(
                vote_id=f"{poll.poll_id}/{voter}/{idea_id}",
                poll_id=poll.poll_id,
                voter=voter,
                idea_ids=[idea_id],
                pass_id="pass_1",
                channel=channel,
            )
            for voter in voters
        )
    )


def crowd(number: int, name: str = "voter") -> list[str]:
    """So many voters."""
    return [f"{name}_{n}" for n in range(number)]
