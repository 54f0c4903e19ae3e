"""The way to MongoDB: connections, transactions, and what counts as "MongoDB is away".

Used by `app` modules to connect, and by commands, the consumer runtime and the relay.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import UTC
from typing import Any, TypeVar

import pymongo
from pymongo import AsyncMongoClient, WriteConcern
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import ConnectionFailure, ExecutionTimeout, PyMongoError
from pymongo.read_concern import ReadConcern

Document = dict[str, Any]
Client = AsyncMongoClient[Document]
Result = TypeVar("Result")

TRANSACTION_SECONDS = 10.0

# What is left to take back an unfinished transaction: the server would hold its locks for a minute.
ABORT_SECONDS = 2.0

_session: ContextVar[AsyncClientSession | None] = ContextVar("mongo_session", default=None)


def connect(uri: str, database: str) -> AsyncDatabase[Document]:
    """The database of a service; connects on first use, and `.client.close()` ends it.

    Times come back aware and in UTC. No operation waits for ever: without a server it raises
    after 5 s, without an answer after 20 s. Writes are acknowledged by a journaled majority, which
    is the server's own default; set on the client, PyMongo would send it with each command of a
    bound session too, and inside a transaction the server refuses that.
    """
    client: AsyncMongoClient[Document] = AsyncMongoClient(
        uri,
        tz_aware=True,
        tzinfo=UTC,
        serverSelectionTimeoutMS=5_000,
        connectTimeoutMS=5_000,
        socketTimeoutMS=20_000,
        waitQueueTimeoutMS=5_000,
    )
    return client[database]


@asynccontextmanager
async def connected(uri: str, database: str) -> AsyncIterator[AsyncDatabase[Document]]:
    """The database of a service for a short command; its client is closed at the end."""
    opened = connect(uri, database)
    try:
        yield opened
    finally:
        await opened.client.close()


def probe(database: AsyncDatabase[Document]) -> Callable[[], Awaitable[None]]:
    """A readiness probe: raises while MongoDB does not answer."""

    async def ping() -> None:
        await database.command("ping")

    return ping


async def transaction(
    client: AsyncMongoClient[Document], work: Callable[[], Awaitable[Result]]
) -> Result:
    """Runs `work` in one transaction and returns its result; what it raises undoes everything.

    Every operation of `client` inside joins by itself. Inside an open transaction of the same
    client, `work` becomes part of that one; a second client cannot take part and raises.

    Conflicts with other transactions are tried again, so `work` may run several times: it must
    touch nothing but MongoDB, start no tasks, and let MongoDB's errors through. After ten seconds
    it is cancelled. When `is_unavailable` holds for what is raised, the commit may have happened.
    """
    if in_transaction(client):
        return await work()
    if _session.get() is not None:
        raise RuntimeError("a transaction of another MongoDB client is open here")
    with pymongo.timeout(TRANSACTION_SECONDS + ABORT_SECONDS):
        async with client.start_session() as session, session.bind(end_session=False):
            token = _session.set(session)
            deadline = asyncio.timeout(TRANSACTION_SECONDS)
            try:
                async with deadline:
                    return await session.with_transaction(
                        lambda _: work(),
                        read_concern=ReadConcern("snapshot"),
                        write_concern=WriteConcern("majority", j=True),
                    )
            except TimeoutError as error:
                if not deadline.expired():
                    raise
                raise ExecutionTimeout(f"not within {TRANSACTION_SECONDS:g} s", 50) from error
            finally:
                _session.reset(token)


def in_transaction(client: AsyncMongoClient[Document]) -> bool:
    """Whether a transaction of this client is open in the running task."""
    session = _session.get()
    return session is not None and session.client is client and session.in_transaction


def is_unavailable(error: BaseException) -> bool:
    """Whether MongoDB was away, too slow or too contended: trying again later may help."""
    return isinstance(error, PyMongoError) and (
        isinstance(error, ConnectionFailure)
        or error.timeout
        or error.has_error_label("TransientTransactionError")
        or error.has_error_label("UnknownTransactionCommitResult")
        or error.has_error_label("RetryableWriteError")
    )
