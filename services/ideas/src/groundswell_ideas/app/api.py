"""The role that serves HTTP: each capability's routes on its commands and queries."""

from collections.abc import Sequence
from typing import Protocol

from fastapi import APIRouter, FastAPI

from groundswell_ideas.admission.commands import AdmissionCommands
from groundswell_ideas.admission.queries import AdmissionQueries
from groundswell_ideas.admission.routes import AdmissionRoutes
from groundswell_ideas.amendments.commands import AmendmentCommands
from groundswell_ideas.amendments.queries import AmendmentQueries
from groundswell_ideas.amendments.routes import AmendmentRoutes
from groundswell_ideas.app.moderation import (
    decision_routes,
    discussion_routes,
    objection_routes,
    record_routes,
)
from groundswell_ideas.app.parts import (
    asking,
    contest_commands,
    ranking_queries,
    review_commands,
    selection_commands,
    shortlist_commands,
    submission_commands,
)
from groundswell_ideas.app.showcase import export_routes, showcase_routes
from groundswell_ideas.app.stores import SERVICE, Stores
from groundswell_ideas.contests.promise_routes import PromiseRoutes
from groundswell_ideas.contests.queries import ContestQueries, PromiseQueries
from groundswell_ideas.contests.routes import ContestRoutes
from groundswell_ideas.decisions.queries import DecisionQueries
from groundswell_ideas.decisions.routes import DecisionRoutes
from groundswell_ideas.imports.commands import ImportCommands
from groundswell_ideas.imports.routes import ImportRoutes
from groundswell_ideas.juries.commands import JuryCommands
from groundswell_ideas.juries.routes import JuryRoutes
from groundswell_ideas.media.files import Files, FilesAway
from groundswell_ideas.media.queries import MediaQueries
from groundswell_ideas.media.routes import MediaRoutes
from groundswell_ideas.milestones.commands import MilestoneCommands
from groundswell_ideas.milestones.routes import MilestoneRoutes
from groundswell_ideas.quotas.commands import TOO_OFTEN
from groundswell_ideas.reviews.queries import ReviewQueries
from groundswell_ideas.reviews.routes import ReviewRoutes
from groundswell_ideas.screening.commands import REFUSED_BY_SCREENING
from groundswell_ideas.selection.commands import TALLY_NOT_CERTIFIED
from groundswell_ideas.selection.routes import SelectionRoutes
from groundswell_ideas.settings import Settings
from groundswell_ideas.submissions.commands.teams import TeamCommands
from groundswell_ideas.submissions.queries import SubmissionQueries
from groundswell_ideas.submissions.routes import SubmissionRoutes
from groundswell_ideas.templates.catalogue import load_templates
from groundswell_ideas.templates.routes import TemplateRoutes
from groundswell_ideas.uploads import problems as upload_problems
from groundswell_ideas.uploads.commands import UploadCommands
from groundswell_ideas.uploads.routes import UploadRoutes
from groundswell_ideas.uploads.rules import MAX_PIECE_BYTES
from groundswell_ideas.winners.commands import WinnerCommands
from groundswell_ideas.winners.routes import WinnerRoutes
from groundswell_kit import roles
from groundswell_kit.auth import TokenVerifier
from groundswell_kit.health import Health
from groundswell_kit.http import create_app
from groundswell_kit.mongo import connect
from groundswell_kit.serve import Role

# A shortlist of ten thousand ids takes 340 kB.
MAX_BODY_BYTES = 512 * 1024


class Routes(Protocol):
    """The routes of a capability."""

    def router(self) -> APIRouter:
        """All of them."""
        ...


def create_api(settings: Settings, stores: Stores, health: Health) -> FastAPI:
    """The HTTP application."""
    secret = settings.cursor_secret.get_secret_value().encode()
    routes = (
        *_contests(settings, stores, secret),
        *_media(settings, stores),
        *_ideas(settings, stores, secret),
        discussion_routes(settings, stores),
        *objection_routes(stores),
        *decision_routes(stores),
        *record_routes(stores),
        *_outcome(stores),
        showcase_routes(settings, stores),
        export_routes(stores),
    )
    app = create_app(
        title="Groundswell ideas",
        version="1",
        routers=[capability.router() for capability in routes],
        health=health,
        verifier=TokenVerifier(settings.issuers, local_mode=settings.mode == "local"),
        problem_types=[
            TALLY_NOT_CERTIFIED,
            REFUSED_BY_SCREENING,
            TOO_OFTEN,
            *upload_problems.PROBLEM_TYPES,
        ],
        away=[FilesAway],
        max_body_bytes=MAX_BODY_BYTES,
        raw_bodies={"/v1/uploads/{upload_id}": MAX_PIECE_BYTES},
    )
    app.state.cursor_secret = secret
    return app


def api_role(settings: Settings) -> Role:
    """Serves HTTP. Ready when MongoDB answers."""
    database = connect(settings.mongo_uri, settings.database(SERVICE))
    health = Health("api")
    app = create_api(settings, Stores(database), health)
    return roles.api(settings.ideas_api_port, database, health, app)


def _contests(settings: Settings, stores: Stores, secret: bytes) -> Sequence[Routes]:
    queries = ContestQueries(stores.contests)
    promises = PromiseQueries(stores.contests, stores.timers, stores.ideas)
    templates = load_templates(settings.templates_dir)
    commands = contest_commands(stores)
    return (
        TemplateRoutes(templates),
        ContestRoutes(commands, queries, promises, stores.idempotency, templates, secret),
        PromiseRoutes(commands, promises, secret),
        AdmissionRoutes(
            AdmissionCommands(stores.contests, stores.admission),
            AdmissionQueries(stores.contests, stores.admission),
        ),
    )


def _media(settings: Settings, stores: Stores) -> Sequence[Routes]:
    contests, files = ContestQueries(stores.contests), Files(settings.media_url)
    media = MediaQueries(stores.media, files)
    admission = AdmissionQueries(stores.contests, stores.admission)
    uploads = UploadCommands(contests, admission, stores.media, files)
    return MediaRoutes(media), UploadRoutes(uploads, media, files, stores.idempotency)


def _ideas(settings: Settings, stores: Stores, secret: bytes) -> Sequence[Routes]:
    contests, commands = ContestQueries(stores.contests), submission_commands(settings, stores)
    media = MediaQueries(stores.media, Files(settings.media_url))
    teams = TeamCommands(contests, stores.ideas, commands.admission)
    return (
        SubmissionRoutes(
            commands,
            teams,
            SubmissionQueries(contests, stores.ideas),
            stores.idempotency,
        ),
        ImportRoutes(ImportCommands(contests, commands, stores.imported, media, secret)),
    )


def _outcome(stores: Stores) -> Sequence[Routes]:
    contests = ContestQueries(stores.contests)
    rankings = ranking_queries(stores)
    reviews = ReviewQueries(contests, stores.ideas, stores.reviews)
    return (
        JuryRoutes(
            JuryCommands(stores.contests, stores.ideas, stores.juries, asking(stores)),
            rankings.juries,
            stores.idempotency,
        ),
        SelectionRoutes(selection_commands(stores), stores.idempotency),
        WinnerRoutes(WinnerCommands(stores.contests, stores.ideas, rankings)),
        ReviewRoutes(review_commands(stores), reviews),
        MilestoneRoutes(MilestoneCommands(stores.contests), stores.idempotency),
        DecisionRoutes(
            DecisionQueries(
                contests,
                stores.ideas,
                stores.tallies,
                rankings,
                stores.juries,
                reviews,
                stores.merges,
            )
        ),
        AmendmentRoutes(
            AmendmentCommands(
                stores.contests,
                stores.ideas,
                stores.amendments,
                stores.timers,
                shortlist_commands(stores),
            ),
            AmendmentQueries(contests, stores.amendments),
            stores.idempotency,
        ),
    )
