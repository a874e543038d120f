"""What Prometheus reads: counters of the writer and the rows of the outbox by state."""

from datetime import timedelta

from bot.engine import Engine
from bot.pipeline import Pipeline
from storage import inbox, outbox

TICK_ALARM = timedelta(seconds=60)
STATES = ("new", "claimed", "uncertain", "dead")


def text(engine: Engine, pipeline: Pipeline, tick_age: float) -> str:
    """The metrics page."""
    # Costs 60 ms to import: only when somebody asks.
    from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

    registry = CollectorRegistry()
    Counter("bot_jobs", "messages and deeds committed", registry=registry).inc(pipeline.jobs)
    Counter("bot_commits", "transactions", registry=registry).inc(pipeline.commits)
    Gauge("bot_tick_age_seconds", "since the last tick", registry=registry).set(tick_age)
    rows = Gauge("bot_outbox_rows", "letters by state", ["state"], registry=registry)
    with engine.database.read.connect() as db:
        counts = outbox.counts(db, STATES)
        failed = len(inbox.failed(db))
    for state in STATES:
        rows.labels(state).set(counts.get(state, 0))
    Gauge("bot_failed_messages", "kept for replay", registry=registry).set(failed)
    return generate_latest(registry).decode()
