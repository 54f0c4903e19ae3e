"""What a share card says of an idea, and what the previews of other sites read. Pure."""

import hashlib
from dataclasses import dataclass

from groundswell_ideas.languages.rules import Words
from groundswell_ideas.media.rules import Rendition
from groundswell_ideas.submissions.rules import Idea

WIDTH, HEIGHT = 1200, 630
"""What the sites that show previews ask for, in pixels."""

DESCRIPTION_LETTERS = 200

# Counts up when cards are drawn otherwise, so that caches take the new ones.
_DRAWING = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """What the picture of a card shows; `picture_sha256` is that of the idea's own picture."""

    title: str
    contest_title: str
    picture_sha256: str | None

    @property
    def tag(self) -> str:
        """Names the picture of it: cards that look the same have the same."""
        seen = f"{_DRAWING}\n{self.title}\n{self.contest_title}\n{self.picture_sha256}"
        return hashlib.sha256(seen.encode()).hexdigest()[:20]


@dataclass(frozen=True, slots=True)
class Card:
    """A public idea, its contest's words in the contest's own language, and how it looks."""

    idea: Idea
    words: Words
    face: Face
    picture: Rendition | None


@dataclass(frozen=True, slots=True)
class Tag:
    """A <meta> of the page's head: `attribute` is what its name is given in."""

    attribute: str
    name: str
    content: str


def description_of(idea: Idea) -> str:
    """The summary in one line, cut at a word."""
    line = " ".join(idea.summary.split())
    if len(line) <= DESCRIPTION_LETTERS:
        return line
    cut = line[: DESCRIPTION_LETTERS - 1]
    return f"{cut.rpartition(' ')[0] or cut}…"


def alt_of(idea: Idea, words: Words) -> str:
    """What the picture says, for who cannot see it."""
    return f"{idea.title} ({words.title})"


def tags_of(idea: Idea, words: Words, link: str, image: str) -> list[Tag]:
    """What Open Graph and Twitter read of an idea's page."""
    alt, description = alt_of(idea, words), description_of(idea)
    graph = {
        "og:type": "article",
        "og:title": idea.title,
        "og:description": description,
        "og:url": link,
        "og:site_name": words.title,
        "og:locale": words.locale.replace("-", "_"),
        "og:image": image,
        "og:image:type": "image/png",
        "og:image:width": str(WIDTH),
        "og:image:height": str(HEIGHT),
        "og:image:alt": alt,
    }
    twitter = {
        "description": description,
        "twitter:card": "summary_large_image",
        "twitter:title": idea.title,
        "twitter:description": description,
        "twitter:image": image,
        "twitter:image:alt": alt,
    }
    return [
        *(Tag("property", name, content) for name, content in graph.items()),
        *(Tag("name", name, content) for name, content in twitter.items()),
    ]
