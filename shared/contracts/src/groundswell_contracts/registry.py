"""Every event class by its type on the wire; the codec and the catalogue read it."""

from groundswell_contracts.contests import ContestPhaseChanged, ContestPublished
from groundswell_contracts.event import Event
from groundswell_contracts.ideas import IdeaApproved, IdeaRejected, IdeaShortlisted, IdeaSubmitted
from groundswell_contracts.people import PersonErased
from groundswell_contracts.polls import PollAnnounced
from groundswell_contracts.rewards import (
    RewardDeclined,
    RewardGranted,
    RewardOffered,
    RewardReversed,
)
from groundswell_contracts.tallies import TallyCertified
from groundswell_contracts.votes import (
    PollRetired,
    TallySealed,
    VoteCast,
    VotingClosed,
    VotingOpened,
)
from groundswell_contracts.winners import WinnerSelected, WinnerVetoed

EVENTS: dict[str, type[Event]] = {
    event.type: event
    for event in (
        ContestPublished,
        ContestPhaseChanged,
        IdeaSubmitted,
        IdeaApproved,
        IdeaRejected,
        IdeaShortlisted,
        VoteCast,
        VotingOpened,
        VotingClosed,
        TallySealed,
        PollRetired,
        PollAnnounced,
        TallyCertified,
        WinnerVetoed,
        WinnerSelected,
        RewardOffered,
        RewardGranted,
        RewardDeclined,
        RewardReversed,
        PersonErased,
    )
}
