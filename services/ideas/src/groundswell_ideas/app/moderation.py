"""The routes by which ideas are discussed and moderated, on their commands and queries."""

from groundswell_ideas.app.parts import (
    case_commands,
    merging_commands,
    publication,
    screening_commands,
)
from groundswell_ideas.app.stores import Stores
from groundswell_ideas.appeals.commands import AppealCommands
from groundswell_ideas.appeals.queries import AppealQueries
from groundswell_ideas.appeals.routes import AppealRoutes
from groundswell_ideas.audit.commands import AuditCommands
from groundswell_ideas.audit.queries import AuditQueries
from groundswell_ideas.audit.routes import AuditRoutes
from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.discussion.commands import DiscussionCommands
from groundswell_ideas.discussion.queries import DiscussionQueries
from groundswell_ideas.discussion.routes import DiscussionRoutes
from groundswell_ideas.merging.queries import MergingQueries
from groundswell_ideas.merging.routes import MergingRoutes
from groundswell_ideas.moderation.commands import ModerationCommands
from groundswell_ideas.moderation.queries import ModerationQueries
from groundswell_ideas.moderation.queue_routes import QueueRoutes
from groundswell_ideas.moderation.routes import ModerationRoutes
from groundswell_ideas.quotas.commands import QuotaCommands
from groundswell_ideas.reasons.catalogue import reasons
from groundswell_ideas.reasons.routes import ReasonRoutes
from groundswell_ideas.reports.commands import ReportCommands
from groundswell_ideas.reports.queries import ReportQueries
from groundswell_ideas.reports.routes import ReportRoutes
from groundswell_ideas.screening.queries import ScreeningQueries
from groundswell_ideas.settings import Settings
from groundswell_ideas.submissions.queries import SubmissionQueries


def discussion_routes(settings: Settings, stores: Stores) -> DiscussionRoutes:
    """What people and the brand say about ideas."""
    contests = ContestQueries(stores.contests)
    commands = DiscussionCommands(
        contests,
        _ideas(stores),
        stores.comments,
        screening_commands(settings, stores),
        case_commands(stores),
        AuditCommands(stores.acts),
        QuotaCommands(stores.quotas),
    )
    return DiscussionRoutes(commands, _discussion(stores), stores.idempotency)


def objection_routes(stores: Stores) -> tuple[ReportRoutes, AppealRoutes]:
    """What people have against ideas, comments, and decisions on them."""
    reports = ReportCommands(
        reasons(),
        ContestQueries(stores.contests),
        _ideas(stores),
        publication(stores),
        _discussion(stores),
        stores.comments,
        stores.reports,
        case_commands(stores),
        AuditCommands(stores.acts),
        QuotaCommands(stores.quotas),
    )
    return (
        ReportRoutes(reports, ReportQueries(stores.reports)),
        AppealRoutes(_appeal_commands(stores), _appeals(stores)),
    )


def decision_routes(stores: Stores) -> tuple[ModerationRoutes, QueueRoutes, MergingRoutes]:
    """What editors do about ideas and comments."""
    contests, cases = ContestQueries(stores.contests), case_commands(stores)
    audit, public = AuditCommands(stores.acts), publication(stores)
    moderation = ModerationCommands(
        reasons(),
        contests,
        stores.ideas,
        public,
        stores.comments,
        _appeal_commands(stores),
        cases,
        audit,
    )
    queue = ModerationQueries(
        stores.cases,
        stores.ideas,
        stores.comments,
        ScreeningQueries(stores.screenings),
        ReportQueries(stores.reports),
        _appeals(stores),
    )
    return (
        ModerationRoutes(moderation),
        QueueRoutes(moderation, cases, queue),
        MergingRoutes(
            merging_commands(stores), MergingQueries(_ideas(stores), stores.ideas, stores.merges)
        ),
    )


def record_routes(stores: Stores) -> tuple[ReasonRoutes, AuditRoutes]:
    """The reasons there are, and the trail of what was done."""
    return ReasonRoutes(reasons()), AuditRoutes(AuditQueries(stores.acts))


def _ideas(stores: Stores) -> SubmissionQueries:
    return SubmissionQueries(ContestQueries(stores.contests), stores.ideas)


def _discussion(stores: Stores) -> DiscussionQueries:
    return DiscussionQueries(_ideas(stores), stores.comments)


def _appeals(stores: Stores) -> AppealQueries:
    return AppealQueries(_ideas(stores), _discussion(stores), stores.appeals)


def _appeal_commands(stores: Stores) -> AppealCommands:
    return AppealCommands(
        ContestQueries(stores.contests),
        _ideas(stores),
        _discussion(stores),
        stores.appeals,
        case_commands(stores),
        AuditCommands(stores.acts),
    )
