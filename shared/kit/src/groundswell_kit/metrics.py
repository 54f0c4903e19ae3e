"""The Prometheus metrics that all services share, and their exposition for /metrics."""

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = CONTENT_TYPE_LATEST

HTTP_REQUESTS = Counter(
    "groundswell_http_requests",
    "HTTP requests answered, by method, route template and status.",
    ["method", "route", "status"],
)
HTTP_REQUEST_SECONDS = Histogram(
    "groundswell_http_request_seconds",
    "Seconds from the first byte of a request to the last of its answer.",
    ["method", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
EVENTS_HANDLED = Counter(
    "groundswell_events_handled",
    "Events taken from Kafka, by event type and outcome.",
    ["type", "outcome"],
)
EVENTS_PARKED = Counter(
    "groundswell_events_parked",
    "Events parked because their handler kept failing or a parked one stood before them.",
    ["type"],
)
OUTBOX_UNSENT = Gauge(
    "groundswell_outbox_unsent",
    "Events written with their state and not yet acknowledged by Kafka.",
)
OUTBOX_OLDEST_AGE_SECONDS = Gauge(
    "groundswell_outbox_oldest_age_seconds",
    "Age of the oldest unsent event; 0 when there is none.",
)
CONSUMER_LAG = Gauge(
    "groundswell_consumer_lag",
    "Records between what this process has handled and the end of the partition.",
    ["topic", "partition"],
)


def exposition() -> bytes:
    """Everything this process has measured, in Prometheus' text format."""
    return generate_latest()
