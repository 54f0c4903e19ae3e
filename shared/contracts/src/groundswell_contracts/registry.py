"""Every event class by its type on the wire; the codec and the catalogue read it."""

from groundswell_contracts.contests import ContestAmended, ContestPhaseChanged, ContestPublished
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
from groundswell_contracts.tallies import (
    TallyCertified,
    ThresholdMissed,
    ThresholdReached,
    VotesCounted,
)
from groundswell_contracts.votes import (
    BallotChanged,
    DeadlinePassed,
    PollRetired,
    TallySealed,
    VoteCast,
    VotersReinstated,
    VotersSetAside,
    VotingClosed,
    VotingOpened,
)
from groundswell_contracts.winners import WinnerSelected, WinnerVetoed

EVENTS: dict[str, type[Event]] = {
    event.type: event
    for event in (
        ContestPublished,
        ContestPhaseChanged,
        ContestAmended,
        IdeaSubmitted,
        IdeaApproved,
        IdeaRejected,
        IdeaShortlisted,
        VoteCast,
        VotingOpened,
        BallotChanged,
        DeadlinePassed,
        VotersSetAside,
        VotersReinstated,
        VotingClosed,
        TallySealed,
        PollRetired,
        PollAnnounced,
        VotesCounted,
        ThresholdReached,
        ThresholdMissed,
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
