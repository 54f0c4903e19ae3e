"""The Kafka topics of Groundswell: the one list that services, jobs and integrators read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it is created: kept for ever, never compacted.

    `append_time` topics take the broker's time of append as the time of a record; the votes log
    and the polls topic decide by it what was in time.
    """

    name: str
    key: str
    partitions: int
    append_time: bool = False


CONTESTS = Topic("groundswell.contests.v1", key="contest", partitions=6)
IDEAS = Topic("groundswell.ideas.v1", key="idea", partitions=6)
VOTES = Topic("groundswell.votes.v1", key="voter", partitions=12, append_time=True)
POLLS = Topic("groundswell.polls.v1", key="poll", partitions=1, append_time=True)
TALLIES = Topic("groundswell.tallies.v1", key="contest", partitions=6)
WINNERS = Topic("groundswell.winners.v1", key="contest", partitions=6)
COMMITMENTS = Topic("groundswell.commitments.v1", key="contest", partitions=6)
STAFF = Topic("groundswell.staff.v1", key="contest", partitions=6)
REWARDS = Topic("groundswell.rewards.v1", key="payee", partitions=6)
PEOPLE = Topic("groundswell.people.v1", key="person or member", partitions=6)

DOMAIN_TOPICS = (
    CONTESTS,
    IDEAS,
    VOTES,
    POLLS,
    TALLIES,
    WINNERS,
    COMMITMENTS,
    STAFF,
    REWARDS,
    PEOPLE,
)


def dead_letters(service: str) -> Topic:
    """The dead-letter topic of a service: original bytes, the reason and the origin in headers."""
    return Topic(f"groundswell.{service}.dlt", key="as in the topic of origin", partitions=1)
