"""What the worker shows of its messages and mails to Prometheus."""

from prometheus_client import Counter, Gauge

MAILS = Counter(
    "groundswell_mails_total",
    "Mails that came to an end: sent, not_wanted or failed.",
    ["kind", "state"],
)
MAIL_WAITS = Counter(
    "groundswell_mail_waits_total",
    "Attempts at a mail that have to be made again, by what was away: identity or smtp.",
    ["away"],
)
MAILS_DUE = Gauge("groundswell_mails_due", "Mails that wait to be sent.")
OLDEST_DUE_SECONDS = Gauge(
    "groundswell_mails_oldest_due_age_seconds", "How long the oldest due mail waits; 0 if none."
)
BROADCASTS_OPEN = Gauge(
    "groundswell_broadcasts_open", "Events of which not all are told yet whom they are for."
)
