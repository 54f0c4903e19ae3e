"""What the vote path shows of itself to Prometheus; its processes share these by name."""

from collections.abc import Mapping

from prometheus_client import Counter, Gauge, Histogram

VOTES = Counter("groundswell_votes_total", "Answers of the ballot box.", ["outcome"])
VOTE_SECONDS = Histogram(
    "groundswell_vote_seconds",
    "From a vote's arrival to its answer.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
WAITING = Gauge("groundswell_votes_waiting", "Votes taken in and not answered yet.")
LOOK_UPS_FAILED = Counter("groundswell_ballot_look_ups_failed_total", "Redis did not answer.")
COUNTED_RECORDS = Counter("groundswell_counted_records_total", "Log records folded.", ["verdict"])
STALE_WRITES = Counter("groundswell_counter_stale_writes_total", "Writes refused by the offset.")
REBUILT = Counter("groundswell_counter_restarts_total", "Partitions taken up again from Redis.")
ARCHIVED = Counter("groundswell_archived_records_total", "Log records archived.")
LAG = Gauge("groundswell_votes_log_lag", "Records of the log not yet read.", ["role", "partition"])
HALTED = Gauge(
    "groundswell_partition_halted",
    "1 where a partition must not be read on; the log and /readyz tell why.",
    ["role", "partition"],
)
POLLS_HALTED = Counter(
    "groundswell_polls_halted_total", "Polls that a partition counts no more: a record is missing."
)
MACHINE_HALTED = Gauge(
    "groundswell_poll_machine_halted", "1 when the log and the stored polls disagree."
)
CERTIFICATIONS_REFUSED = Counter(
    "groundswell_certifications_refused_total", "Recounts that differ from the live count."
)
POLLS_REFUSED = Gauge(
    "groundswell_polls_refused",
    "Sealed polls that cannot be certified, as the worker that moves polls on sees them.",
)
POLLS_STUCK = Gauge(
    "groundswell_polls_stuck",
    "Polls that could not be moved on when it was last tried, by the same worker.",
)

_shown: dict[str, set[int]] = {}


def show_lag(role: str, lag: Mapping[int, int]) -> None:
    """Show the lag of the partitions that a role owns now, and no longer of others."""
    for partition in _shown.get(role, set()) - lag.keys():
        LAG.remove(role, str(partition))
    for partition, records in lag.items():
        LAG.labels(role, partition).set(records)
    _shown[role] = set(lag)


def show_polls(refused: int, stuck: int) -> None:
    """Show what the state machine found at its last turn; a worker without its lease shows none."""
    POLLS_REFUSED.set(refused)
    POLLS_STUCK.set(stuck)
