"""Whether the role in this container lives: the image's HEALTHCHECK calls it every few seconds.

It asks /healthz of each port that this user listens on, so it needs to be told no port, and knows
the standard library alone, because a check must cost little. Status 1: a port does not answer so,
or there is none yet. A person asks with `readyz` for the reasons why a role is not ready, or with
`metrics`; the answers are printed.
"""

import http.client
import os
import sys
from pathlib import Path

_SOCKETS = ("/proc/net/tcp", "/proc/net/tcp6")
_LISTEN = "0A"
_SECONDS = 3


def listening(table: str, user: int) -> set[int]:
    """The ports of `table` (of the form of /proc/net/tcp) on which processes of `user` listen.

    Others may listen in a container: Docker's own name server does.
    """
    rows = [line.split() for line in table.splitlines()[1:]]
    return {
        int(row[1].rpartition(":")[2], base=16)
        for row in rows
        if row[3] == _LISTEN and int(row[7]) == user
    }


def ask(port: int, page: str) -> tuple[bool, str]:
    """Whether /`page` on `port` of this host answers 200 within three seconds, and what it says."""
    connection = http.client.HTTPConnection("localhost", port, timeout=_SECONDS)
    try:
        connection.request("GET", f"/{page}")
        answer = connection.getresponse()
        return answer.status == 200, answer.read().decode()
    except (OSError, http.client.HTTPException) as error:
        return False, repr(error)
    finally:
        connection.close()


def main(page: str = "healthz") -> int:
    """Print the answers of all ports; the exit status."""
    tables = [Path(name).read_text() for name in _SOCKETS if Path(name).exists()]
    ports = set().union(*(listening(table, os.getuid()) for table in tables))
    answers = [ask(port, page) for port in sorted(ports)]
    print(*(said for _, said in answers), sep="\n")  # noqa: T201 - Docker keeps it
    return 0 if answers and all(good for good, _ in answers) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
