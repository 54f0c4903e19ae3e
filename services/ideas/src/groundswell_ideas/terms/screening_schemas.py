"""HTTP shapes of what a contest makes of what screening finds."""

from typing import Annotated

from pydantic import Field, StringConstraints

from groundswell_ideas.shapes import ONE_LINE, Answer, Request
from groundswell_ideas.terms.rules import Treatment

Kind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
OwnWord = Annotated[
    str, StringConstraints(min_length=2, max_length=50, pattern=r"^\S+$"), *ONE_LINE
]


class ScreeningBody(Request):
    """What a contest makes of what screening finds, where it differs from what is usual.

    `treatments` say by kind what follows: `block` refuses, `hold` waits for an editor, `note` is
    for staff to see, `ignore` forgets; null leaves it as usual. `own_words` are looked for beside
    the lists. Staff of the brand alone read it.
    """

    treatments: Annotated[
        dict[Kind, Treatment | None],
        Field(
            max_length=50,
            description="By kind: word, own_word, link, mail_address, phone_number, language, "
            "same_title, near_text, near_image, hidden_characters, screen_failed, or a kind of "
            "the brand's own screens.",
            examples=[{"link": "block", "near_text": "note"}],
        ),
    ] = Field(default_factory=dict)
    own_words: Annotated[list[OwnWord], Field(max_length=500, examples=[["Nike"]])] = Field(
        default_factory=list
    )


class ScreeningTermsAnswer(Answer):
    """What a contest makes of what screening finds, where it differs from what is usual."""

    treatments: dict[str, Treatment]
    own_words: list[str]
