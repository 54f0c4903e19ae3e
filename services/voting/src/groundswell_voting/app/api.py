"""Wires the HTTP API: polls, passes, standings, receipts and ballots, tallies."""

from aiokafka.errors import KafkaError
from fastapi import FastAPI
from redis.exceptions import RedisError

from groundswell_kit.auth import TokenVerifier
from groundswell_kit.health import Health
from groundswell_kit.http import create_app
from groundswell_kit.mongo import connect, probe
from groundswell_kit.observability import get_logger
from groundswell_kit.serve import Role
from groundswell_voting.app import SERVICE
from groundswell_voting.app.clients import check_log, redis
from groundswell_voting.app.stores import Stores
from groundswell_voting.certification.queries import TallyQueries
from groundswell_voting.certification.routes import TallyRoutes
from groundswell_voting.counting.log_ends import LogEnds
from groundswell_voting.counting.projection import Projection
from groundswell_voting.intake.problems import PROBLEM_TYPES as BOX_PROBLEMS
from groundswell_voting.passes.commands import PassCommands
from groundswell_voting.passes.queries import VoterQueries
from groundswell_voting.passes.routes import PassRoutes
from groundswell_voting.passes.rules import parse_key, parse_keys
from groundswell_voting.polls.problems import VOTING_NOT_OPEN
from groundswell_voting.polls.queries import PollQueries
from groundswell_voting.polls.routes import PollRoutes
from groundswell_voting.receipts.queries import BallotQueries, ReceiptQueries
from groundswell_voting.receipts.routes import ReceiptRoutes
from groundswell_voting.settings import Settings
from groundswell_voting.standings.queries import StandingsQueries
from groundswell_voting.standings.routes import StandingsRoutes

log = get_logger()


def create_api(
    settings: Settings, stores: Stores, projection: Projection, ends: LogEnds, health: Health
) -> FastAPI:
    """The HTTP application."""
    partitions = settings.voting_partitions
    verifier = TokenVerifier(settings.issuers, local_mode=settings.mode == "local")
    pass_keys = parse_keys(settings.voting_pass_keys.get_secret_value())
    receipt_key = parse_key(settings.voting_receipt_key.get_secret_value())
    polls = PollQueries(stores.polls)
    tallies = TallyQueries(stores.tallies)
    voters = VoterQueries(stores.contest_keys, pass_keys, verifier)
    passes = PassCommands(polls, voters.pseudonym_of, pass_keys)
    standings = StandingsQueries(polls, tallies, projection, ends, partitions)
    receipts = ReceiptQueries(polls, voters, stores.archive, receipt_key, partitions)
    ballots = BallotQueries(polls, voters, projection, stores.archive, receipt_key, partitions)
    return create_app(
        title="Groundswell voting",
        version="1",
        routers=[
            PollRoutes(polls).router(),
            PassRoutes(passes).router(),
            StandingsRoutes(standings).router(),
            ReceiptRoutes(receipts, ballots).router(),
            TallyRoutes(tallies).router(),
        ],
        health=health,
        verifier=verifier,
        problem_types=[VOTING_NOT_OPEN, *BOX_PROBLEMS],
        away=[RedisError],
    )


def api_role(settings: Settings) -> Role:
    """Serves HTTP. Ready when MongoDB answers."""
    database = connect(settings.mongo_uri, settings.database(SERVICE))
    client = redis(settings)
    ends = LogEnds(settings.kafka_bootstrap, settings.voting_partitions)
    health = Health("api")

    async def start() -> None:
        try:
            await check_log(settings)
        except (KafkaError, OSError, TimeoutError) as error:
            # Passes and receipts do not need Kafka; a log of another shape is refused all the same.
            log.warning("the votes log was not checked", error=repr(error))

    async def close() -> None:
        await ends.close()
        await client.aclose()
        await database.client.close()

    health.add("mongodb", probe(database))
    app = create_api(settings, Stores(settings, database), Projection(client), ends, health)
    return Role(
        name="api", port=settings.voting_api_port, health=health, app=app, start=start, close=close
    )
