"""Free ports on the loopback interface, for engines and roles that may take any."""

import random  # noqa: TID251 - any port will do
import socket

# Below the range from which Linux takes the near end of outgoing connections, so that a killed
# engine's port is not gone when it starts again.
_RANGE = range(20_000, 32_000)
_ATTEMPTS = 200


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
    for port in random.sample(_RANGE, _ATTEMPTS):
        if is_free(port):
            found.append(port)
        if len(found) == count:
            return found
    raise OSError(f"no {count} free ports among {_ATTEMPTS} tried in {_RANGE}")
