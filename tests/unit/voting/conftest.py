"""How Hypothesis runs: a busy machine is no failure, and each test has a time-out of its own."""

from hypothesis import HealthCheck, settings

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
