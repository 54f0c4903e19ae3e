"""The languages that a reader asks for, as a dependency of routes; and the header that answers."""

from typing import Annotated

from fastapi import Depends, Header, Query, Response

from groundswell_ideas.languages.rules import wanted_locales
from groundswell_ideas.shapes import Locale


def _wanted(
    response: Response,
    locale: Annotated[Locale | None, Query(examples=["pt-BR"])] = None,
    accept_language: Annotated[str, Header(max_length=500)] = "",
) -> list[str]:
    response.headers["Vary"] = "Accept-Language"
    by_header = wanted_locales(accept_language)
    return by_header if locale is None else [locale, *by_header]


WantedLocales = Annotated[list[str], Depends(_wanted)]
"""What `?locale=` and Accept-Language ask for, the most wanted first."""
