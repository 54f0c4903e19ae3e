"""What the worker shows to Prometheus of what waits; set by `backlog`, the same by each worker."""

from prometheus_client import Gauge

UPLOADS_WAITING = Gauge("groundswell_uploads_waiting", "Uploads that wait for their check.")
UPLOADS_OLDEST_SECONDS = Gauge(
    "groundswell_uploads_oldest_waiting_age_seconds",
    "How long the upload waits that is due for its check since longest; 0 if none is.",
)
CASES_OPEN = Gauge("groundswell_cases_open", "Ideas and comments that wait for an editor.")
CASES_OLDEST_SECONDS = Gauge(
    "groundswell_cases_oldest_age_seconds", "How long the oldest of them waits; 0 if none does."
)
TIMERS_REFUSED = Gauge(
    "groundswell_timers_refused",
    "Steps of contests' calendars that are due, and that something stands in the way of.",
)
TIMERS_OLDEST_REFUSED_SECONDS = Gauge(
    "groundswell_timers_oldest_refused_age_seconds",
    "How long ago the oldest of them was due; 0 if there is none.",
)
