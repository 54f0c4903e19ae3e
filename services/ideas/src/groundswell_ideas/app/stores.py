"""What the service keeps, and the topics that it speaks on. Used by all roles."""

from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts import topics
from groundswell_ideas.admission.store import AdmissionStore
from groundswell_ideas.amendments.store import AmendmentStore
from groundswell_ideas.appeals.store import AppealStore
from groundswell_ideas.audit.store import ActStore
from groundswell_ideas.ballots.store import NewcomerStore
from groundswell_ideas.calendar.store import TimerStore
from groundswell_ideas.cases.store import CaseStore
from groundswell_ideas.contests.store import ContestStore
from groundswell_ideas.discussion.store import CommentStore
from groundswell_ideas.imports.store import ImportStore
from groundswell_ideas.juries.store import JuryStore
from groundswell_ideas.media.store import MediaStore
from groundswell_ideas.merging.store import MergeStore
from groundswell_ideas.quotas.store import QuotaStore
from groundswell_ideas.reports.store import ReportStore
from groundswell_ideas.reviews.store import ReviewStore
from groundswell_ideas.screening.store import ScreeningStore
from groundswell_ideas.selection.store import TallyStore, UntoldStore
from groundswell_ideas.showcase.store import (
    AttributionStore,
    ShareLinkStore,
    StepStore,
    VisitStore,
)
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit.dead_letters import DeadLetters
from groundswell_kit.idempotency import Idempotency
from groundswell_kit.inbox import Inbox
from groundswell_kit.mongo import Document
from groundswell_kit.outbox import Outbox

SERVICE = "ideas"
SOURCE = "/groundswell/ideas"
TOPICS = (
    topics.CONTESTS,
    topics.IDEAS,
    topics.TALLIES,
    topics.WINNERS,
    topics.COMMITMENTS,
    topics.STAFF,
    topics.PEOPLE,
    topics.dead_letters(SERVICE),
)


class Stores:
    """All that the service keeps, in its own database."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self.outbox = Outbox(database, SOURCE)
        self.inbox = Inbox(database)
        self.dead_letters = DeadLetters(database, SERVICE, self.outbox)
        self.idempotency = Idempotency(database)
        self.contests = ContestStore(database, self.outbox)
        self.timers = TimerStore(database)
        self.admission = AdmissionStore(database)
        self.ideas = IdeaStore(database, self.outbox)
        self.juries = JuryStore(database, self.outbox)
        self.tallies = TallyStore(database)
        self.untold = UntoldStore(database, self.outbox)
        self.newcomers = NewcomerStore(database)
        self.reviews = ReviewStore(database, self.outbox)
        self.amendments = AmendmentStore(database)
        self.media = MediaStore(database)
        self.screenings = ScreeningStore(database)
        self.acts = ActStore(database)
        self.cases = CaseStore(database)
        self.quotas = QuotaStore(database)
        self.comments = CommentStore(database)
        self.reports = ReportStore(database)
        self.appeals = AppealStore(database)
        self.merges = MergeStore(database)
        self.steps = StepStore(database)
        self.share_links = ShareLinkStore(database)
        self.visits = VisitStore(database)
        self.vote_sources = AttributionStore(database)
        self.imported = ImportStore(database)

    async def ensure_indexes(self) -> None:
        """Makes all indexes; a repeat changes nothing."""
        for store in (
            self.outbox,
            self.inbox,
            self.dead_letters,
            self.idempotency,
            self.contests,
            self.timers,
            self.admission,
            self.ideas,
            self.juries,
            self.newcomers,
            self.reviews,
            self.amendments,
            self.media,
            self.screenings,
            self.acts,
            self.cases,
            self.quotas,
            self.comments,
            self.reports,
            self.appeals,
            self.merges,
            self.steps,
            self.share_links,
            self.visits,
            self.vote_sources,
            self.imported,
        ):
            await store.ensure_indexes()
