"""The routes of what the public sees of ideas, and of exports, on their commands and queries."""

from groundswell_ideas.app.stores import Stores
from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.exports.queries import ExportQueries
from groundswell_ideas.exports.routes import ExportRoutes
from groundswell_ideas.media.files import Files
from groundswell_ideas.media.queries import MediaQueries
from groundswell_ideas.merging.queries import MergingQueries
from groundswell_ideas.settings import Settings
from groundswell_ideas.showcase.commands import SharingCommands
from groundswell_ideas.showcase.pictures import CardPictures
from groundswell_ideas.showcase.queries.cards import CardQueries
from groundswell_ideas.showcase.queries.sources import SourceQueries
from groundswell_ideas.showcase.queries.timeline import TallyQueries, TimelineQueries
from groundswell_ideas.showcase.routes import ShowcaseRoutes
from groundswell_ideas.showcase.rules.links import SiteLinks
from groundswell_ideas.submissions.queries import SubmissionQueries


def showcase_routes(settings: Settings, stores: Stores) -> ShowcaseRoutes:
    """How ideas show themselves, and how people come to them."""
    contests, tallies = ContestQueries(stores.contests), TallyQueries(stores.tallies)
    visible = SubmissionQueries(contests, stores.ideas)
    timelines = TimelineQueries(
        visible,
        contests,
        stores.ideas,
        stores.amendments,
        tallies,
        stores.reviews,
        MergingQueries(visible, stores.ideas, stores.merges),
        stores.acts,
        stores.steps,
    )
    media = MediaQueries(stores.media, Files(settings.media_url))
    return ShowcaseRoutes(
        SharingCommands(stores.ideas, stores.share_links, stores.visits),
        timelines,
        CardQueries(stores.ideas, contests, media),
        SourceQueries(
            stores.ideas,
            contests,
            stores.visits,
            stores.share_links,
            tallies,
            stores.vote_sources,
        ),
        CardPictures(),
        SiteLinks(str(settings.public_url).rstrip("/")),
    )


def export_routes(stores: Stores) -> ExportRoutes:
    """A contest's ideas as a file."""
    contests = ContestQueries(stores.contests)
    return ExportRoutes(ExportQueries(contests, SubmissionQueries(contests, stores.ideas)))
