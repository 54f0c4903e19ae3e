"""The figures of a certified tally."""

from groundswell_contracts.poll_rules import PollRules
from groundswell_contracts.tallies import ChannelVotes, IdeaTally, LogRange, TallyCertified
from groundswell_voting.polls.rules import Poll
from groundswell_voting.standings.reading import certified
from groundswell_voting.standings.rules import board_after, of_channel
from groundswell_voting.voteslog.codec import rules_from
from tests.unit.voting.standings.boards import NOON

RULES = PollRules(channels=("web", "shop"))
POLL = Poll("poll_1", "brand_1", "con_1", ("boaty", "poppy"), rules_from(RULES), NOON)


def test_equal_votes_of_a_channel_stand_in_the_order_of_the_ballot() -> None:
    tally = TallyCertified(
        contest_id="con_1",
        poll_id="poll_1",
        rules=RULES,
        tally=[
            IdeaTally(idea_id="poppy", votes=5, rank=1),
            IdeaTally(idea_id="boaty", votes=4, rank=2),
        ],
        channels=(ChannelVotes(channel="shop", votes=[2, 1]),),
        verdicts={"counted": 9},
        log_ranges=[LogRange(partition=0, first_offset=0, last_offset=9)],
        log_hash="00",
        certified_at=NOON,
    )
    board = board_after(None, "poll_1", certified(POLL, tally), ())
    assert [place.idea_id for place in board.places] == ["poppy", "boaty"]
    of_web = [(place.idea_id, place.votes, place.rank) for place in of_channel(board, "web")]
    assert of_web == [("boaty", 3, 1), ("poppy", 3, 1)]
