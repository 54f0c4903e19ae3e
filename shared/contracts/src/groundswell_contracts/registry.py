"""Every event class by its type on the wire; the codec and the catalogue read it."""

from groundswell_contracts.commitments import CommitmentOverdue, MilestoneReached
from groundswell_contracts.contests import (
    ContestAmended,
    ContestPhaseChanged,
    ContestPublished,
)
from groundswell_contracts.event import Event
from groundswell_contracts.ideas import (
    IdeaAnswered,
    IdeaApproved,
    IdeaHeld,
    IdeaMerged,
    IdeaRejected,
    IdeaRevised,
    IdeaShortlisted,
    IdeaSubmitted,
    IdeaUnmerged,
    IdeaVotesStayed,
    IdeaWithdrawn,
)
from groundswell_contracts.people import MemberInvited, MemberRemoved, PersonErased
from groundswell_contracts.polls import PollAnnounced
from groundswell_contracts.rewards import (
    RewardDeclined,
    RewardGranted,
    RewardOffered,
    RewardReversed,
)
from groundswell_contracts.staff import ReviewAsked, ScoresAsked, StaffBriefed
from groundswell_contracts.tallies import (
    AmendmentRefused,
    TallyCertified,
    ThresholdMissed,
    ThresholdReached,
    VotesAttributed,
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
    VotesMerged,
    VotesParted,
    VotingClosed,
    VotingOpened,
)
from groundswell_contracts.winners import (
    WinnerConfirmed,
    WinnerDeclined,
    WinnerSelected,
    WinnerVetoed,
)

EVENTS: dict[str, type[Event]] = {
    event.type: event
    for event in (
        ContestPublished,
        ContestPhaseChanged,
        ContestAmended,
        IdeaSubmitted,
        IdeaRevised,
        IdeaWithdrawn,
        IdeaApproved,
        IdeaRejected,
        IdeaShortlisted,
        IdeaAnswered,
        IdeaHeld,
        IdeaMerged,
        IdeaUnmerged,
        IdeaVotesStayed,
        VoteCast,
        VotingOpened,
        BallotChanged,
        DeadlinePassed,
        VotersSetAside,
        VotersReinstated,
        VotesMerged,
        VotesParted,
        VotingClosed,
        TallySealed,
        PollRetired,
        PollAnnounced,
        VotesCounted,
        ThresholdReached,
        ThresholdMissed,
        AmendmentRefused,
        TallyCertified,
        VotesAttributed,
        WinnerVetoed,
        WinnerSelected,
        WinnerConfirmed,
        WinnerDeclined,
        CommitmentOverdue,
        MilestoneReached,
        StaffBriefed,
        ScoresAsked,
        ReviewAsked,
        RewardOffered,
        RewardGranted,
        RewardDeclined,
        RewardReversed,
        PersonErased,
        MemberInvited,
        MemberRemoved,
    )
}
