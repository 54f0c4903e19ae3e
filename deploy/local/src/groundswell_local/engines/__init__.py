"""Kafka, MongoDB and Redis on this machine: one provider for `make run`, tests and benchmarks."""

from groundswell_local.engines.engine import Engine
from groundswell_local.engines.provider import Engines, Ports, engine_environment, running_engines
from groundswell_local.engines.recipe import EngineError, EngineMissingError

__all__ = [
    "Engine",
    "EngineError",
    "EngineMissingError",
    "Engines",
    "Ports",
    "engine_environment",
    "running_engines",
]
