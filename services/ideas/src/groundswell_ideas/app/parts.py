"""What several roles are made of: commands on these stores."""

from groundswell_ideas.admission.commands import AdmissionCommands
from groundswell_ideas.app.stores import Stores
from groundswell_ideas.audit.commands import AuditCommands
from groundswell_ideas.ballots.commands import BallotCommands
from groundswell_ideas.cases.commands import CaseCommands
from groundswell_ideas.contests.commands import ContestCommands
from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.erasure.commands import ErasureCommands
from groundswell_ideas.juries.commands.asking import Asking
from groundswell_ideas.juries.queries import JuryQueries
from groundswell_ideas.media.commands import MediaCommands
from groundswell_ideas.merging.commands import MergingCommands
from groundswell_ideas.quotas.commands import QuotaCommands
from groundswell_ideas.reasons.catalogue import reasons
from groundswell_ideas.refusals.commands import RefusalCommands
from groundswell_ideas.reviews.commands import ReviewCommands
from groundswell_ideas.screening.commands import ScreeningCommands
from groundswell_ideas.screening.lists import folding, word_lists
from groundswell_ideas.screening.screens import TextScreen
from groundswell_ideas.selection.commands import SelectionCommands, ShortlistCommands
from groundswell_ideas.selection.queries import RankingQueries, ShortlistQueries
from groundswell_ideas.settings import Settings
from groundswell_ideas.submissions.commands import SubmissionCommands
from groundswell_ideas.submissions.commands.intake import Intake
from groundswell_ideas.submissions.commands.publication import Publication


def contest_commands(stores: Stores) -> ContestCommands:
    """What a brand and its calendar can do with a contest, on these stores."""
    return ContestCommands(
        stores.contests,
        stores.timers,
        stores.ideas,
        ShortlistQueries(stores.ideas),
        shortlist_commands(stores),
    )


def shortlist_commands(stores: Stores) -> ShortlistCommands:
    """What tells who is on shortlists, on these stores."""
    return ShortlistCommands(stores.contests, stores.ideas, stores.untold)


def asking(stores: Stores) -> Asking:
    """What asks jurors for their scores, on these stores."""
    return Asking(stores.contests, stores.juries)


def jury_queries(stores: Stores) -> JuryQueries:
    """What juries have to do and came to, on these stores."""
    return JuryQueries(stores.contests, stores.ideas, stores.juries)


def ranking_queries(stores: Stores) -> RankingQueries:
    """The rankings that decide, on these stores."""
    return RankingQueries(stores.tallies, jury_queries(stores))


def selection_commands(stores: Stores) -> SelectionCommands:
    """What leads to winners, on these stores."""
    return SelectionCommands(
        stores.contests,
        stores.ideas,
        stores.tallies,
        jury_queries(stores),
        shortlist_commands(stores),
    )


def review_commands(stores: Stores) -> ReviewCommands:
    """What follows from ladders, on these stores."""
    return ReviewCommands(stores.contests, stores.ideas, stores.reviews)


def case_commands(stores: Stores) -> CaseCommands:
    """The queue of moderation, with its trail."""
    return CaseCommands(stores.cases, AuditCommands(stores.acts), stores.reports)


def screening_commands(settings: Settings, stores: Stores) -> ScreeningCommands:
    """Screening as it comes with Groundswell, and with the screens that brands bring."""
    text = TextScreen(folding(), word_lists(settings.screening_words_dir))
    return ScreeningCommands(stores.screenings, folding(), [text], settings.screens)


def publication(stores: Stores) -> Publication:
    """What makes ideas public, on these stores."""
    return Publication(stores.ideas, MediaCommands(stores.media), ballot_commands(stores))


def ballot_commands(stores: Stores) -> BallotCommands:
    """What changes open ballots as ideas change, on these stores."""
    return BallotCommands(
        stores.contests, stores.amendments, stores.reviews, stores.ideas, stores.newcomers
    )


def refusal_commands(stores: Stores) -> RefusalCommands:
    """What becomes of amendments that polls refuse, on these stores."""
    return RefusalCommands(stores.contests, stores.amendments, stores.merges, stores.ideas)


def submission_commands(settings: Settings, stores: Stores) -> SubmissionCommands:
    """What can be done with an idea by those whose it is, and what takes in collected ones."""
    public = publication(stores)
    intake = Intake(
        stores.ideas,
        public.media,
        screening_commands(settings, stores),
        case_commands(stores),
        AuditCommands(stores.acts),
        public,
    )
    return SubmissionCommands(
        ContestQueries(stores.contests),
        stores.ideas,
        AdmissionCommands(stores.contests, stores.admission),
        intake,
        public.ballots,
        merging_commands(stores),
        QuotaCommands(stores.quotas),
    )


def merging_commands(stores: Stores) -> MergingCommands:
    """What lets ideas go on in others, and undoes that, on these stores."""
    public = publication(stores)
    return MergingCommands(
        reasons(),
        ContestQueries(stores.contests),
        stores.ideas,
        public,
        public.ballots,
        stores.merges,
        case_commands(stores),
        AuditCommands(stores.acts),
    )


def erasure_commands(stores: Stores) -> ErasureCommands:
    """What becomes of all that these stores have of a person."""
    return ErasureCommands(
        stores.ideas,
        stores.contests,
        stores.media,
        stores.comments,
        stores.screenings,
        case_commands(stores),
        stores.reports,
        stores.appeals,
        stores.acts,
        stores.admission,
        stores.share_links,
        stores.idempotency,
    )
