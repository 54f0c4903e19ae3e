"""Free ports on the loopback interface, for engines and roles that may take any."""

import itertools
import random  # noqa: TID251 - any port will do
import socket

# Below the range from which Linux takes the near end of outgoing connections, so that a killed
# engine's port is not gone when it starts again.
_RANGE = range(20_000, 32_000)
_ATTEMPTS = 200

# Each process goes on from where it was, and begins anywhere: between the choice of a port and a
# server on it others choose as well, and hardly the same ones.
_BEGIN = random.randrange(len(_RANGE))  # noqa: S311 - no secret
_next_port = itertools.cycle((*_RANGE[_BEGIN:], *_RANGE[:_BEGIN]))


def is_free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1:`port` now."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """`count` different ports that nobody listens on; another process may still take one first."""
    found: list[int] = []
    for port in itertools.islice(_next_port, _ATTEMPTS):
        if is_free(port):
            found.append(port)
        if len(found) == count:
            return found
    raise OSError(f"no {count} free ports among {_ATTEMPTS} tried in {_RANGE}")
