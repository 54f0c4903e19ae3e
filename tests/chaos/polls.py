"""What the contests' service would tell voting: polls that open, change and end. On Kafka."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from groundswell_contracts.cloudevents import CloudEvent, to_kafka
from groundswell_contracts.contests import (
    ContestAmended,
    ContestPhaseChanged,
    ContestPublished,
    PollChange,
    PollPlan,
    Timetable,
)
from groundswell_contracts.event import Event
from groundswell_contracts.poll_rules import PollRules
from groundswell_kit.ids import new_id
from tests.chaos.waiting import until

BRAND = "nerc"
OPEN_SECONDS = 60.0
SEND_SECONDS = 30.0


@dataclass
class Contests:
    """Speaks for the contests' service; each poll belongs to a contest of its own."""

    producer: AIOKafkaProducer
    client: AsyncMongoClient[dict[str, Any]]
    database: str
    _sequences: dict[str, int] = field(default_factory=dict)
    _amendments: dict[str, int] = field(default_factory=dict)

    async def open(
        self, poll_id: str, idea_ids: Sequence[str], rules: PollRules, closes_at: datetime
    ) -> None:
        """A contest is published and enters voting; returns when its poll takes votes."""
        now, contest_id = datetime.now(UTC), _contest(poll_id)
        plan = PollPlan(poll_id=poll_id, rules=rules, idea_ids=list(idea_ids), closes_at=closes_at)
        timetable = Timetable(
            submission_closes_at=now, voting_opens_at=now, voting_closes_at=closes_at
        )
        await self._publish(
            ContestPublished(
                contest_id=contest_id,
                title="Name our ship",
                owner="Office of the naming",
                vote="advisory",
                answer_by=(now + timedelta(days=1)).date(),
                rules="As many votes as the poll says.",
                timetable=timetable,
            )
        )
        await self._publish(
            ContestPhaseChanged(
                contest_id=contest_id,
                title="Name our ship",
                from_phase="moderation",
                to_phase="voting",
                polls=(plan,),
            )
        )

    async def until_open(self, poll_id: str) -> None:
        """Waits until the poll takes votes. Raises TimeoutError."""
        await until(lambda: self._is(poll_id, "open"), f"{poll_id} is open", OPEN_SECONDS)

    async def until_retired(self, poll_id: str, within_seconds: float) -> None:
        """Waits until the poll is certified and over. Raises TimeoutError."""
        await until(lambda: self._is(poll_id, "retired"), f"{poll_id} is retired", within_seconds)

    async def until_closed(self, poll_id: str, within_seconds: float) -> bool:
        """Waits until voting has closed and voters can still be set aside; False if it is over."""
        await until(
            lambda: self._is_none_of(poll_id, "planned", "opened", "open", "closing"),
            f"{poll_id} is closed",
            within_seconds,
        )
        return await self._is(poll_id, "closed")

    async def until_paused(self, poll_id: str, within_seconds: float) -> None:
        """Waits until the poll is paused. Raises TimeoutError."""
        await until(lambda: self._is_paused(poll_id), f"{poll_id} is paused", within_seconds)

    async def end(self, poll_id: str) -> None:
        """The contest leaves voting, which closes its poll early."""
        await self._publish(
            ContestPhaseChanged(
                contest_id=_contest(poll_id),
                title="Name our ship",
                from_phase="voting",
                to_phase="deliberation",
            )
        )

    async def amend(self, poll_id: str, **change: Any) -> None:
        """The contest is amended by a change of its poll."""
        contest_id = _contest(poll_id)
        number = self._amendments[contest_id] = self._amendments.get(contest_id, 0) + 1
        await self._publish(
            ContestAmended(
                contest_id=contest_id,
                title="Name our ship",
                number=number,
                reason="The harbour asked for it.",
                poll_changed=PollChange(poll_id=poll_id, **change),
            )
        )

    async def stage_of(self, poll_id: str) -> str | None:
        """How far voting has brought the poll."""
        found = await self.client[self.database]["polls"].find_one({"_id": poll_id})
        return None if found is None else str(found["stage"])

    async def refusal_of(self, poll_id: str) -> str | None:
        """Why it is not certified."""
        found = await self.client[self.database]["polls"].find_one({"_id": poll_id})
        return None if found is None else found.get("refusal")

    async def _is(self, poll_id: str, *stages: str) -> bool:
        with suppress(PyMongoError):  # It may have been killed: asked again.
            return await self.stage_of(poll_id) in stages
        return False

    async def _is_none_of(self, poll_id: str, *stages: str) -> bool:
        with suppress(PyMongoError):
            return await self.stage_of(poll_id) not in stages
        return False

    async def _is_paused(self, poll_id: str) -> bool:
        with suppress(PyMongoError):
            found = await self.client[self.database]["polls"].find_one({"_id": poll_id})
            return found is not None and bool(found.get("paused"))
        return False

    async def _publish(self, event: Event) -> None:
        sequence = self._sequences[event.key] = self._sequences.get(event.key, 0) + 1
        envelope = CloudEvent(
            new_id("evt"), "/groundswell/ideas", datetime.now(UTC), BRAND, event, sequence=sequence
        )
        message = to_kafka(envelope)

        async def is_sent() -> bool:
            with suppress(KafkaError):  # It is being killed; a repeat says the same.
                await self.producer.send_and_wait(
                    message.topic, key=message.key, value=message.value, headers=message.headers
                )
                return True
            return False

        await until(is_sent, f"{event.type} is sent", SEND_SECONDS)


def _contest(poll_id: str) -> str:
    return f"con_{poll_id}"
