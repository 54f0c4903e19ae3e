"""Wires the HTTP API: polls, passes, standings, receipts and ballots, tallies."""

from aiokafka.errors import KafkaError
from fastapi import APIRouter, FastAPI

from groundswell_kit.auth import TokenVerifier
from groundswell_kit.health import Health
from groundswell_kit.http import create_app
from groundswell_kit.mongo import connect, probe
from groundswell_kit.observability import get_logger
from groundswell_kit.serve import Role
from groundswell_kit.streams import EventStreams
from groundswell_voting.app import SERVICE
from groundswell_voting.app.clients import check_log, redis
from groundswell_voting.app.garbage import collect_rarely
from groundswell_voting.app.stores import Stores
from groundswell_voting.certification.queries import TallyQueries
from groundswell_voting.certification.routes import TallyRoutes
from groundswell_voting.counting.log_ends import LogEnds
from groundswell_voting.counting.projection import REDIS_AWAY, Projection
from groundswell_voting.electorate.commands import RollCommands
from groundswell_voting.electorate.problems import NOT_ELIGIBLE
from groundswell_voting.electorate.queries import ElectorateQueries
from groundswell_voting.electorate.routes import ElectorateRoutes
from groundswell_voting.history.queries import HistoryQueries
from groundswell_voting.intake.problems import PROBLEM_TYPES as BOX_PROBLEMS
from groundswell_voting.ladders.queries import LadderQueries
from groundswell_voting.ladders.routes import LadderRoutes
from groundswell_voting.outside.commands import OutsideCommands
from groundswell_voting.outside.queries import OutsideQueries
from groundswell_voting.outside.routes import OutsideRoutes
from groundswell_voting.passes.commands import PassCommands
from groundswell_voting.passes.queries import VoterQueries
from groundswell_voting.passes.routes import PassRoutes
from groundswell_voting.passes.rules import parse_key, parse_keys
from groundswell_voting.polls.commands import PollCommands
from groundswell_voting.polls.problems import VOTING_NOT_OPEN
from groundswell_voting.polls.queries import PollQueries
from groundswell_voting.polls.routes import PollRoutes
from groundswell_voting.receipts.queries import BallotQueries, ReceiptQueries
from groundswell_voting.receipts.routes import ReceiptRoutes
from groundswell_voting.setasides.commands import TALLY_FINAL, TOO_MANY_SET_ASIDE, SetAsideCommands
from groundswell_voting.setasides.queries import SetAsideQueries
from groundswell_voting.setasides.routes import SetAsideRoutes
from groundswell_voting.settings import Settings
from groundswell_voting.standings.live import LiveBoards
from groundswell_voting.standings.queries import StandingsQueries
from groundswell_voting.standings.routes import StandingsRoutes

log = get_logger()

# Five thousand entries of a roll, with ids as identity makes them, take 540 kB.
MAX_BODY_BYTES = 1024 * 1024


def create_api(
    settings: Settings,
    stores: Stores,
    projection: Projection,
    ends: LogEnds,
    health: Health,
    boards: LiveBoards,
    streams: EventStreams,
) -> FastAPI:
    """The HTTP application; whoever ends it ends `streams`, then closes `boards`."""
    verifier = TokenVerifier(settings.issuers, local_mode=settings.mode == "local")
    polls = PollQueries(stores.polls)
    app = create_app(
        title="Groundswell voting",
        version="1",
        routers=[
            PollRoutes(polls).router(),
            *_for_voters(settings, stores, projection, polls, verifier),
            *_for_readers(settings, stores, projection, polls, ends, boards, streams),
            *_for_staff(stores, polls),
        ],
        health=health,
        verifier=verifier,
        problem_types=[
            VOTING_NOT_OPEN,
            TALLY_FINAL,
            TOO_MANY_SET_ASIDE,
            NOT_ELIGIBLE,
            *BOX_PROBLEMS,
        ],
        away=REDIS_AWAY,
        max_body_bytes=MAX_BODY_BYTES,
    )
    app.state.cursor_secret = settings.cursor_secret.get_secret_value().encode()
    return app


def _for_voters(
    settings: Settings,
    stores: Stores,
    projection: Projection,
    polls: PollQueries,
    verifier: TokenVerifier,
) -> list[APIRouter]:
    partitions = settings.voting_partitions
    pass_keys = parse_keys(settings.voting_pass_keys.get_secret_value())
    receipt_key = parse_key(settings.voting_receipt_key.get_secret_value())
    voters = VoterQueries(stores.contest_keys, pass_keys, verifier)
    electorate = ElectorateQueries(stores.roll, polls)
    passes = PassCommands(polls, electorate, voters.pseudonym_of, pass_keys)
    receipts = ReceiptQueries(polls, voters, stores.archive, receipt_key, partitions)
    ballots = BallotQueries(polls, voters, projection, stores.archive, receipt_key, partitions)
    return [PassRoutes(passes).router(), ReceiptRoutes(receipts, ballots).router()]


def _for_readers(
    settings: Settings,
    stores: Stores,
    projection: Projection,
    polls: PollQueries,
    ends: LogEnds,
    boards: LiveBoards,
    streams: EventStreams,
) -> list[APIRouter]:
    tallies = TallyQueries(stores.tallies)
    standings = StandingsQueries(
        polls,
        tallies,
        HistoryQueries(stores.intervals),
        OutsideQueries(stores.outside, polls),
        projection,
        ends,
        settings.voting_partitions,
        boards,
    )
    return [
        StandingsRoutes(standings, streams).router(),
        LadderRoutes(LadderQueries(polls, stores.climbs)).router(),
        TallyRoutes(tallies).router(),
    ]


def _for_staff(stores: Stores, polls: PollQueries) -> list[APIRouter]:
    """What staff ask for; everybody reads what became of it."""
    changing = PollCommands(stores.polls, stores.poll_changes)
    set_asides = SetAsideCommands(polls, stores.poll_changes, changing)
    roll = RollCommands(stores.roll, polls)
    figures = OutsideCommands(stores.outside, polls)
    return [
        ElectorateRoutes(roll, ElectorateQueries(stores.roll, polls)).router(),
        SetAsideRoutes(
            set_asides, SetAsideQueries(polls, stores.poll_changes), stores.idempotency
        ).router(),
        OutsideRoutes(figures, OutsideQueries(stores.outside, polls), stores.idempotency).router(),
    ]


def api_role(settings: Settings) -> Role:
    """Serves HTTP. Ready when MongoDB answers."""
    database = connect(settings.mongo_uri, settings.database(SERVICE))
    client = redis(settings)
    ends = LogEnds(settings.kafka_bootstrap, settings.voting_partitions)
    health = Health("api")
    boards, streams = LiveBoards(), EventStreams(settings.voting_streams)

    async def start() -> None:
        try:
            await check_log(settings)
        except (KafkaError, OSError, TimeoutError) as error:
            # Passes and receipts do not need Kafka; a log of another shape is refused all the same.
            log.warning("the votes log was not checked", error=repr(error))
        collect_rarely()

    async def close() -> None:
        await boards.close()
        await ends.close()
        await client.aclose()
        await database.client.close()

    health.add("mongodb", probe(database))
    stores, projection = Stores(settings, database), Projection(client)
    return Role(
        name="api",
        port=settings.voting_api_port,
        health=health,
        app=create_api(settings, stores, projection, ends, health, boards, streams),
        start=start,
        end_streams=streams.end,
        close=close,
    )
