"""All that voting keeps in its own database."""

from cryptography.fernet import Fernet, MultiFernet
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_kit.dead_letters import DeadLetters
from groundswell_kit.idempotency import Idempotency
from groundswell_kit.inbox import Inbox
from groundswell_kit.mongo import Document
from groundswell_kit.outbox import Outbox
from groundswell_voting.app import SERVICE
from groundswell_voting.archive.records import Archive
from groundswell_voting.certification.store import AttributionStore, TallyStore
from groundswell_voting.electorate.store import RollStore
from groundswell_voting.history.store import IntervalStore
from groundswell_voting.ladders.store import ClimbStore
from groundswell_voting.outside.store import OutsideStore
from groundswell_voting.passes.store import ContestKeyStore
from groundswell_voting.polls.store import ChangeStore, PollStore
from groundswell_voting.settings import Settings
from groundswell_voting.voteslog.codec import SOURCE


class Stores:
    """Built by the roles that use MongoDB, from one database."""

    def __init__(self, settings: Settings, database: AsyncDatabase[Document]) -> None:
        self.outbox = Outbox(database, SOURCE)
        self.inbox = Inbox(database)
        self.idempotency = Idempotency(database)
        self.dead_letters = DeadLetters(database, SERVICE, self.outbox)
        self.archive = Archive(database)
        self.polls = PollStore(database)
        self.poll_changes = ChangeStore(database, self.polls, self.outbox)
        self.tallies = TallyStore(database, self.outbox)
        self.attributions = AttributionStore(database, self.outbox)
        self.intervals = IntervalStore(database, self.outbox)
        self.climbs = ClimbStore(database, self.outbox)
        self.outside = OutsideStore(database)
        self.roll = RollStore(database)
        self.contest_keys = ContestKeyStore(database, _master_keys(settings))

    async def ensure_indexes(self) -> None:
        """Makes all indexes; a repeat changes nothing."""
        for store in (
            self.outbox,
            self.inbox,
            self.idempotency,
            self.dead_letters,
            self.archive,
            self.polls,
            self.poll_changes,
            self.attributions,
            self.intervals,
            self.climbs,
            self.outside,
            self.roll,
            self.contest_keys,
        ):
            await store.ensure_indexes()


def _master_keys(settings: Settings) -> MultiFernet:
    keys = settings.voting_master_keys.get_secret_value().split(",")
    return MultiFernet([Fernet(key.strip()) for key in keys])
