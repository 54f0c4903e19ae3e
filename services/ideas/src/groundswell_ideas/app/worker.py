"""The role that takes events in, publishes the outbox, keeps time and checks uploads."""

from collections.abc import Awaitable, Callable

from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.people import PersonErased
from groundswell_contracts.tallies import (
    AmendmentRefused,
    TallyCertified,
    ThresholdMissed,
    ThresholdReached,
    VotesAttributed,
)
from groundswell_ideas.app.parts import (
    asking,
    ballot_commands,
    contest_commands,
    erasure_commands,
    refusal_commands,
    review_commands,
    selection_commands,
    shortlist_commands,
)
from groundswell_ideas.app.stores import SERVICE, Stores
from groundswell_ideas.backlog.queries import BacklogQueries
from groundswell_ideas.backlog.tasks import BacklogTask
from groundswell_ideas.chores import Chore
from groundswell_ideas.erasure.handlers import ErasureHandlers
from groundswell_ideas.inspection.commands import InspectionCommands
from groundswell_ideas.inspection.tasks import InspectionTasks
from groundswell_ideas.media.files import Files
from groundswell_ideas.refusals.handlers import RefusalHandlers
from groundswell_ideas.reviews.handlers import ReviewHandlers
from groundswell_ideas.selection.handlers import SelectionHandlers
from groundswell_ideas.settings import Settings
from groundswell_ideas.showcase.commands import AttributionCommands, LadderCommands
from groundswell_ideas.showcase.handlers import AttributionHandlers, LadderHandlers
from groundswell_kit import roles
from groundswell_kit.consumer import EventConsumer
from groundswell_kit.handling import Handler
from groundswell_kit.health import Health
from groundswell_kit.ids import new_id
from groundswell_kit.leases import Lease
from groundswell_kit.mongo import Document, connect
from groundswell_kit.serve import Role, Task

# How long a task of the worker may be silent.
SILENCE_SECONDS = 60.0

# A turn that takes longer hangs: a check is given five minutes by the others.
INSPECTION_SECONDS = 300.0


def worker_role(settings: Settings) -> Role:
    """Takes events in and publishes the outbox. Ready when MongoDB and Kafka answer."""
    database = connect(settings.mongo_uri, settings.database(SERVICE))
    stores = Stores(database)
    health = Health("worker")
    consumer = _consumer(settings, database, stores, health)
    return roles.worker(
        settings.ideas_worker_port,
        database,
        settings.kafka_bootstrap,
        health,
        [
            consumer.run,
            _chore("timers", contest_commands(stores).try_next_timer, database, health),
            _chore("rounds", asking(stores).ask_next, database, health),
            _chore("listings", ballot_commands(stores).try_next_listing, database, health),
            _chore("tidings", shortlist_commands(stores).try_next_tidings, database, health),
            BacklogTask(
                BacklogQueries(stores.media, stores.cases, stores.timers),
                health.heartbeat("backlog", SILENCE_SECONDS),
            ).run,
            *_inspection_tasks(settings, stores, health),
        ],
    )


def _consumer(
    settings: Settings, database: AsyncDatabase[Document], stores: Stores, health: Health
) -> EventConsumer:
    refusals = RefusalHandlers(refusal_commands(stores))
    selection = SelectionHandlers(selection_commands(stores))
    erasure = ErasureHandlers(erasure_commands(stores))
    reviews = ReviewHandlers(review_commands(stores))
    ladders = LadderHandlers(LadderCommands(stores.steps))
    attributions = AttributionHandlers(
        AttributionCommands(stores.vote_sources, stores.share_links, stores.merges)
    )
    return EventConsumer(
        database,
        settings.kafka_bootstrap,
        SERVICE,
        {
            AmendmentRefused: refusals.on_amendment_refused,
            TallyCertified: selection.on_tally_certified,
            ThresholdReached: _both(reviews.on_threshold_reached, ladders.on_threshold),
            ThresholdMissed: _both(reviews.on_threshold_missed, ladders.on_threshold),
            VotesAttributed: attributions.on_votes_attributed,
            PersonErased: erasure.on_person_erased,
        },
        stores.inbox,
        stores.dead_letters,
        health,
    )


def _both(first: Handler, second: Handler) -> Handler:
    """What two capabilities do about an event, in its one transaction."""

    async def handle(event: CloudEvent) -> None:
        await first(event)
        await second(event)

    return handle


def _chore(
    name: str,
    do_next: Callable[[], Awaitable[bool]],
    database: AsyncDatabase[Document],
    health: Health,
) -> Task:
    lease = Lease(database, name, new_id(name))
    return Chore(name, do_next, lease, health.heartbeat(name, SILENCE_SECONDS)).run


def _inspection_tasks(settings: Settings, stores: Stores, health: Health) -> list[Task]:
    files = Files(settings.media_url)
    commands = InspectionCommands(stores.media, files, settings.media_scratch)
    checks = [
        InspectionTasks(commands, health.heartbeat(f"check {n}", INSPECTION_SECONDS)).check
        for n in range(settings.media_decoders)
    ]
    tidying = InspectionTasks(commands, health.heartbeat("tidy", INSPECTION_SECONDS))
    return [*checks, tidying.tidy]
