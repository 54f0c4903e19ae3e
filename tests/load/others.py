"""What people would otherwise write, for context: one FastAPI handler per way. Run under uvicorn.

Neither checks a pass, knows when a poll closes, limits what waits, or counts exactly after a crash.
"""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pymongo import AsyncMongoClient, WriteConcern
from pymongo.errors import DuplicateKeyError
from redis.asyncio import Redis

from groundswell_contracts.topics import Topic
from groundswell_kit.kafka import ensure_topics
from tests.load.reference import Vote

TOPIC = Topic("bench.plain.v1", key="voter", partitions=12)
MOST_AT_ONCE = 1_000


@asynccontextmanager
async def _kafka_lifespan(app: FastAPI) -> AsyncIterator[None]:
    bootstrap = os.environ["GROUNDSWELL_KAFKA_BOOTSTRAP"]
    await ensure_topics(bootstrap, [TOPIC], 1)
    app.state.redis = Redis.from_url(
        os.environ["GROUNDSWELL_REDIS_URL"], max_connections=MOST_AT_ONCE
    )
    app.state.producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=4)
    await app.state.producer.start()
    yield
    await app.state.producer.stop()
    await app.state.redis.aclose()


@asynccontextmanager
async def _mongo_lifespan(app: FastAPI) -> AsyncIterator[None]:
    client: AsyncMongoClient[dict[str, str]] = AsyncMongoClient(os.environ["GROUNDSWELL_MONGO_URI"])
    app.state.votes = client["bench"].get_collection(
        "votes", write_concern=WriteConcern(w="majority")
    )
    await app.state.votes.create_index([("poll_id", 1), ("voter", 1)], unique=True)
    yield
    await client.close()


kafka_app = FastAPI(lifespan=_kafka_lifespan)
mongo_app = FastAPI(lifespan=_mongo_lifespan)


@kafka_app.post("/v1/polls/{poll_id}/votes", status_code=202)
async def cast_with_kafka(poll_id: str, vote: Vote, request: Request) -> JSONResponse:
    """One Redis call to keep a voter from voting twice, one awaited send."""
    voter = request.headers["authorization"]
    if not await request.app.state.redis.hsetnx(f"voted:{poll_id}", voter, vote.idea_id):
        return JSONResponse({}, 409)
    value = json.dumps({"poll_id": poll_id, "voter": voter, "idea_id": vote.idea_id})
    await request.app.state.producer.send_and_wait(TOPIC.name, value.encode(), voter.encode())
    return JSONResponse({"poll_id": poll_id, "idea_id": vote.idea_id}, 202)


@mongo_app.post("/v1/polls/{poll_id}/votes", status_code=202)
async def cast_with_mongo(poll_id: str, vote: Vote, request: Request) -> JSONResponse:
    """One insert under a unique index, acknowledged by a majority."""
    voter = request.headers["authorization"]
    document = {"poll_id": poll_id, "voter": voter, "idea_id": vote.idea_id}
    try:
        await request.app.state.votes.insert_one(document)
    except DuplicateKeyError:
        return JSONResponse({}, 409)
    return JSONResponse({"poll_id": poll_id, "idea_id": vote.idea_id}, 202)


@kafka_app.get("/healthz")
@mongo_app.get("/healthz")
async def healthz() -> None:
    """It runs."""
