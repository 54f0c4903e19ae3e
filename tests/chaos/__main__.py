"""`make chaos`: runs seeds one after the other. Exit status 1: a finding; 2: a run was weak."""

import argparse
import asyncio
import logging
import shutil
import sys
import time
from pathlib import Path

from tests.chaos.checker.evidence import load
from tests.chaos.checker.interesting import counts, happened
from tests.chaos.checker.judge import findings
from tests.chaos.plan import MERGED, Plan, PollPlan
from tests.chaos.run import Outcome, run
from tests.chaos.seeds import make

KEPT = Path(__file__).parents[2] / ".groundswell/chaos"
SEEDS = range(1, 11)
SHOWN = 20


def main() -> int:
    """Run what the command line asks for; the worst of the runs' exit statuses."""
    arguments = _arguments()
    # What the driver's own clients say of a Kafka that is killed is no news.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    if arguments.judge is not None:
        evidence = load(arguments.judge)
        outcome = Outcome(evidence, findings(evidence), happened(evidence), {})
        return _report(outcome, arguments.judge)
    statuses = [_one(seed, arguments) for seed in arguments.seeds]
    say(f"{len(statuses)} runs: {statuses.count(1)} with findings, {statuses.count(2)} weak")
    return 1 if 1 in statuses else max(statuses)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--seconds", type=float, default=45.0, help="how long votes are cast")
    parser.add_argument("--rate", type=float, default=40.0, help="voters that come in a second")
    parser.add_argument("--judge", type=Path, help="judge a kept run again instead")
    return parser.parse_args()


def _one(seed: int, arguments: argparse.Namespace) -> int:
    plan = make(seed, arguments.seconds, arguments.rate)
    directory = KEPT / f"seed-{seed}"
    shutil.rmtree(directory, ignore_errors=True)
    _tell(plan)
    began = time.monotonic()
    outcome = asyncio.run(run(plan, directory, say))
    say(f"  took {time.monotonic() - began:.0f} s")
    status = _report(outcome, directory)
    if status != 1:
        shutil.rmtree(directory)
        return status
    again = f"SEEDS={seed} SECONDS={arguments.seconds:g} RATE={arguments.rate:g}"
    say(f"  kept in {directory}; the same again: make chaos {again}")
    say(f"  judged again: python -m tests.chaos --judge {directory}")
    return status


def _tell(plan: Plan) -> None:
    say(f"seed {plan.seed}: {len(plan.journeys)} voters in {plan.seconds:g} s")
    for poll in plan.polls:
        say(f"  {poll.poll_id} ends {poll.end}, {poll.ends_at:.1f} s{_features(poll)}")
    say(f"  clock of worker-2: {plan.clock_seconds:+d} s")
    for fault in plan.faults:
        say(f"  {fault}")


def _features(poll: PollPlan) -> str:
    found = {
        f"weights {dict(poll.weights)}": poll.weights,
        f"steps {poll.ladder}": poll.ladder,
        f"channels {', '.join(poll.channels)}": len(poll.channels) > 1,
        "a ballot per day": poll.per_day,
        f"{len(poll.cases)} set-asides and reinstatements": poll.cases,
        f"{MERGED} is merged, or comes back, at {_moments(poll.merges)}": poll.merges,
    }
    if poll.pause is not None:
        found["paused at {:.1f} s for {:.1f} s".format(*poll.pause)] = True
    return "".join(f"; {what}" for what, is_so in found.items() if is_so)


def _moments(moments: tuple[float, ...]) -> str:
    return ", ".join(f"{at:.1f} s" for at in moments)


def _report(outcome: Outcome, directory: Path) -> int:
    for name, value in (counts(outcome.evidence) | outcome.recovery).items():
        say(f"  {name}: {value}")
    for what, times in outcome.interesting.items():
        say(f"  {what}: {times or 'did not happen'}")
    for finding in outcome.findings[:SHOWN]:
        say(f"  FINDING {finding}")
    if len(outcome.findings) > SHOWN:
        say(f"  and {len(outcome.findings) - SHOWN} findings more")
    if outcome.findings:
        return 1
    if outcome.weak:
        say(f"  no finding, but a weak run: {', '.join(outcome.weak)}")
        return 2
    say(f"  no finding ({directory.name})")
    return 0


def say(text: str) -> None:
    """Tell the reader, at once."""
    print(text, flush=True)  # noqa: T201 - the output of a command


if __name__ == "__main__":
    sys.exit(main())
