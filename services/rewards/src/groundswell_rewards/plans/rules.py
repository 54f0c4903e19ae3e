"""What a contest promises each of its winners. Pure; called by grants."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of its currency (ISO 4217): 500 pounds are 50,000 GBP."""

    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Promise:
    """The amount that each winner gets who accepts the terms."""

    per_winner: Money
    terms: str

    @property
    def terms_hash(self) -> str:
        """SHA-256 of the terms in UTF-8, in hex: names the text that somebody accepted."""
        return hashlib.sha256(self.terms.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a contest was published with, frozen from then on; `promise` None: no money."""

    brand_id: str
    contest_id: str
    contest_title: str
    promise: Promise | None
