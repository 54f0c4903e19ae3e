"""The counts of one poll in one partition, each under a short name as Redis keeps it. Pure.

The fold counts, the projection stores, standings and certification read. Ideas are named by their
ordinals, so that an idea's id can never be taken for another count.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from groundswell_voting.counting.rules import Ballot, Verdict

_VERDICT, _ASIDE, _CHANNEL, _DEADLINE = "v:", "a", "c:", "d"
VOTERS_SET_ASIDE = "s"


def verdict_name(verdict: Verdict) -> str:
    """The name under which records with this verdict are counted."""
    return _VERDICT + verdict


@dataclass(slots=True)
class Tally:
    """Counts by name; `changed` are the names whose counts are not stored yet.

    `17` counts the votes of the idea with ordinal 17, `a17` those of voters set aside, `c:shop:17`
    those that came through the channel shop, `d5:17` what it had when control record 5 noted it,
    `v:repeat` the records with that verdict, `s` the voters set aside.
    """

    counts: Counter[str] = field(default_factory=Counter)
    changed: set[str] = field(default_factory=set)

    def add(self, name: str, number: int) -> None:
        """Add to a count."""
        self.counts[name] += number
        self.changed.add(name)

    def add_ballot(self, ballot: Ballot, main_channel: str, sign: int, *, aside: bool) -> None:
        """Put a whole ballot into the tally (sign 1) or take it out (-1)."""
        for idea, place in ballot.counted().items():
            channel = ballot.channels[place]
            self.add_vote(idea, channel, main_channel, sign * ballot.weight, aside=aside)

    def add_vote(
        self, idea: int, channel: str, main_channel: str, weight: int, *, aside: bool
    ) -> None:
        """Count a vote of this weight; the main channel is what the others leave of the total."""
        if aside:
            self.add(f"{_ASIDE}{idea}", weight)
            return
        self.add(str(idea), weight)
        if channel != main_channel:
            self.add(f"{_CHANNEL}{channel}:{idea}", weight)

    def add_verdict(self, verdict: Verdict) -> None:
        """Count a record by what became of it."""
        self.add(verdict_name(verdict), 1)

    def note_deadline(self, number: int, ideas: Iterable[int]) -> None:
        """Keep what these ideas have now, under the number of a control record."""
        for idea in ideas:
            self.counts[f"{_DEADLINE}{number}:{idea}"] = self.counts[str(idea)]
            self.changed.add(f"{_DEADLINE}{number}:{idea}")

    def note_voters_set_aside(self, voters: int) -> None:
        """Keep how many voters are set aside now."""
        self.counts[VOTERS_SET_ASIDE] = voters
        self.changed.add(VOTERS_SET_ASIDE)

    def votes(self) -> Counter[int]:
        """Votes by ordinal of the idea."""
        return Counter({int(name): n for name, n in self.counts.items() if name.isdecimal()})

    def verdicts(self) -> Counter[Verdict]:
        """Records by what became of them."""
        return Counter(
            {
                Verdict(name.removeprefix(_VERDICT)): n
                for name, n in self.counts.items()
                if name.startswith(_VERDICT)
            }
        )

    def set_aside(self) -> Counter[int]:
        """Votes of voters set aside, by ordinal of the idea."""
        return Counter(
            {int(name[1:]): n for name, n in self.counts.items() if name.startswith(_ASIDE)}
        )

    def voters_set_aside(self) -> int:
        """How many voters are set aside, whether or not they have voted."""
        return self.counts[VOTERS_SET_ASIDE]

    def channels(self) -> Counter[tuple[str, int]]:
        """Votes by channel and ordinal, for all channels but the main one."""
        found: Counter[tuple[str, int]] = Counter()
        for name, n in self.counts.items():
            if name.startswith(_CHANNEL):
                channel, _, idea = name.removeprefix(_CHANNEL).rpartition(":")
                found[channel, int(idea)] = n
        return found

    def at_deadline(self, number: int) -> Counter[int]:
        """What ideas had when the control record of this number noted it, by ordinal."""
        prefix = f"{_DEADLINE}{number}:"
        return Counter(
            {
                int(name.removeprefix(prefix)): n
                for name, n in self.counts.items()
                if name.startswith(prefix)
            }
        )
