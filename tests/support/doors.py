"""Who may call a route, and what everybody else gets for an answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from groundswell_kit.access import STAFF_ROLES
from tests.support.house import ADDRESSES, OPERATOR, Caller, House

STAFF = STAFF_ROLES
FINANCE = ("auditor", "finance", "manager")

_UNSIGNED, _FORBIDDEN, _HIDDEN = 401, 403, 404

Owns = Callable[[House, Caller], bool]


@dataclass(frozen=True, slots=True)
class Door:
    """One route, called on the things of a House.

    `roles` are those that it takes, None when it asks for no role; `owns` says whose the thing is.
    `no_token` and `bad_token` are the answers to those, `to_others` to who does not own the thing,
    and `opened` to who does. `ids` names things of the House for parameters whose own name does
    not; in `body` and `form`, `{caller}` stands for whoever calls.
    """

    owns: Owns
    roles: frozenset[str] | None = None
    no_token: int = _UNSIGNED
    bad_token: int = _UNSIGNED
    to_others: int = _HIDDEN
    opened: int = 200
    private: bool = True
    ids: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    form: Mapping[str, str] | None = None

    def lets_in(self, house: House, caller: Caller) -> bool:
        """Whether the caller may do this with the thing of the House, or with one of their own."""
        if not caller.roles:
            return self.status(house, caller) == self.opened
        takes_role = self.roles is None or not caller.roles.isdisjoint(self.roles)
        return takes_role and self.owns(house, caller)

    def status(self, house: House, caller: Caller) -> int:
        """The status of the answer to the caller."""
        if not caller.roles:
            return self.bad_token if caller.headers else self.no_token
        if self.roles is not None and caller.roles.isdisjoint(self.roles):
            return _FORBIDDEN
        return self.opened if self.owns(house, caller) else self.to_others


def _everybody(_house: House, _caller: Caller) -> bool:
    return True


def _nobody(_house: House, _caller: Caller) -> bool:
    return False


def _brand(house: House, caller: Caller) -> bool:
    return caller.brand == house.ids["brand_id"]


def _brand_or_operator(house: House, caller: Caller) -> bool:
    return OPERATOR in caller.roles or _brand(house, caller)


def _ada(house: House, caller: Caller) -> bool:
    return caller.person == house.ada.id


def _mails(_house: House, caller: Caller) -> bool:
    return ADDRESSES in caller.scopes


def public(opened: int = 200, **more: Any) -> Door:
    """For everybody; whatever token comes with it is not looked at."""
    return Door(_everybody, no_token=opened, bad_token=opened, opened=opened, private=False, **more)


def shown(**more: Any) -> Door:
    """For everybody, but a bad token is refused; some may see more than others."""
    return Door(_everybody, no_token=200, private=False, **more)


def hidden(*staff: str, author: bool = False, **more: Any) -> Door:
    """Not to be known of but by the brand's staff of these roles, and its author if so said."""

    def owns(house: House, caller: Caller) -> bool:
        works_here = _brand(house, caller) and not caller.roles.isdisjoint(staff)
        return works_here or (author and _ada(house, caller))

    return Door(owns, **{"no_token": _HIDDEN, **more})


def brands(*roles: str, **more: Any) -> Door:
    """For the brand's staff of these roles."""
    return Door(_brand, frozenset(roles), **more)


def brands_or_operators(*roles: str, **more: Any) -> Door:
    """For the brand's staff of these roles, and for operators."""
    return Door(_brand_or_operator, frozenset({*roles, OPERATOR}), **more)


def persons(*others: str, **more: Any) -> Door:
    """For one participant; to these other roles the thing is not there."""
    return Door(_ada, frozenset({"participant", *others}), **more)


def own(*roles: str, opened: int = 200, **more: Any) -> Door:
    """For everybody of these roles, each on what is their own."""
    return Door(_everybody, frozenset(roles), opened=opened, **more)


def mailers(**more: Any) -> Door:
    """For machines that may read addresses."""
    return Door(_mails, to_others=_FORBIDDEN, **more)


def closed(*roles: str, **more: Any) -> Door:
    """For nobody on the thing that it is called on here."""
    return Door(_nobody, frozenset(roles) if roles else None, **more)


async def knock(
    http: httpx2.AsyncClient, url: str, route: str, door: Door, house: House, caller: Caller
) -> httpx2.Response:
    """Call a route, "METHOD path" of the service at a URL, as somebody."""
    method, _, template = route.partition(" ")
    path = template.format_map(house.ids | {name: house.ids[of] for name, of in door.ids.items()})
    sent: dict[str, Any] = {"headers": caller.headers | {"If-Match": house.draft_version}}
    if door.form is not None:
        sent["data"] = door.form
    elif door.body is not None:
        sent["json"] = _signed(door.body, house, caller)
    return await http.request(method, url + path, **sent)


def _signed(body: Any, house: House, caller: Caller) -> Any:
    """The body with the House's ids and the caller's name where they are named."""
    if isinstance(body, dict):
        return {name: _signed(value, house, caller) for name, value in body.items()}
    if isinstance(body, list):
        return [_signed(value, house, caller) for value in body]
    if isinstance(body, str):
        slug = "-".join(caller.name.lower().replace("_", "-").split())
        return body.format_map(house.ids | {"caller": slug})
    return body


async def published_routes(http: httpx2.AsyncClient, url: str) -> set[str]:
    """All routes in the OpenAPI document of a running service."""
    answer = await http.get(f"{url}/openapi.json")
    assert answer.status_code == 200, answer.text
    return routes_of(answer.json())


def routes_of(document: Mapping[str, Any]) -> set[str]:
    """All routes in an OpenAPI document, as "METHOD path"."""
    return {
        f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item
    }
