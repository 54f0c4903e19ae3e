"""Where all that a run leaves can be looked at."""

from pathlib import Path

from groundswell_local.demo.contest import ShipContest
from groundswell_local.environment import local_url
from groundswell_local.installation import Installation
from groundswell_local.settings import LocalPorts

Addresses = list[tuple[str, str]]

_ENGINES = ("kafka", "mongo", "redis", "smtp")


def where_to_click(contest: ShipContest, installation: Installation) -> Addresses:
    """What a person opens in a browser."""
    page = f"{installation.web_url}/contests/{contest.contest_id}"
    return [
        ("the contest", page),
        ("its decision", f"{page}/decision"),
        ("everybody's mails", f"{installation.mail_url}/"),
        ("API of ideas", f"{installation.ideas_url}/docs"),
        ("API of voting", f"{installation.voting_url}/docs"),
        ("API of the ballot box", f"{installation.ballot_box_url}/openapi.json"),
        ("API of notifications", f"{installation.notifications_url}/docs"),
        ("API of rewards", f"{installation.rewards_url}/docs"),
        ("API of identity", f"{installation.identity_url}/docs"),
    ]


def where_to_look(contest: ShipContest, directory: Path) -> Addresses:
    """What a program reads: the contest's resources, metrics and logs."""
    roles = {
        name.removesuffix("_port").replace("_", "-"): local_url(port)
        for name, port in LocalPorts()
        if not name.startswith(_ENGINES)
    }
    return [
        ("contest", contest.contest_url),
        ("decision", f"{contest.contest_url}/decision"),
        ("poll", contest.poll_url),
        ("standings", f"{contest.poll_url}/standings"),
        ("tally", f"{contest.poll_url}/tally"),
        *((f"metrics of {name}", f"{url}/metrics") for name, url in roles.items()),
        *((f"log of {name}", str(directory / "logs" / f"{name}.log")) for name in roles),
    ]


def how_to_sign_in(installation: Installation, winner: str) -> str:
    """How somebody who sits before the browser becomes a participant, also the one who won."""
    web = installation.web_url
    return (
        f"To sign in by hand, open {web}/sign-in and give any address, such as you@example.org. "
        f"The code appears at {installation.mail_url}/ within seconds. "
        f"As {winner} you find the reward at {web}/rewards."
    )
