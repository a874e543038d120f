"""What Prometheus reads: counters of the writer and the rows of the outbox by state."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.engine import Engine
from bot.pipeline import Pipeline
from storage import inbox, outbox

TICK_ALARM = timedelta(seconds=60)
STATES = ("new", "claimed", "uncertain", "dead")


def text(engine: Engine, pipeline: Pipeline, tick_age: float, intakes: Mapping[str, Mapping[str, Any]]) -> str:
    """The metrics page; `intakes` is how each channel takes messages in."""
    # Costs 60 ms to import: only when somebody asks.
    from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

    registry = CollectorRegistry()
    Counter("bot_jobs", "messages and deeds committed", registry=registry).inc(pipeline.jobs)
    Counter("bot_commits", "transactions", registry=registry).inc(pipeline.commits)
    Gauge("bot_tick_age_seconds", "since the last tick", registry=registry).set(tick_age)
    rows = Gauge("bot_outbox_rows", "letters by state", ["state"], registry=registry)
    with engine.database.read.connect() as db:
        counts = outbox.counts(db, STATES)
        failed, unreadable = len(inbox.failed(db)), inbox.unreadable(db)
    for state in STATES:
        rows.labels(state).set(counts.get(state, 0))
    Gauge("bot_failed_messages", "kept for replay", registry=registry).set(failed)
    Gauge("bot_unreadable_updates", "kept because they could not be read", registry=registry).set(unreadable)
    _intakes(registry, intakes)
    _refused(registry, intakes)
    return generate_latest(registry).decode()


def _intakes(registry: Any, intakes: Mapping[str, Mapping[str, Any]]) -> None:
    from prometheus_client import Gauge

    names = {
        "age": ("bot_intake_age_seconds", "since messages were last asked for, or the webhook seen in place"),
        "failures": ("bot_intake_failures", "failures in a row"),
        "pending": ("bot_intake_pending", "what waits at the platform"),
    }
    for key, (name, words) in names.items():
        gauge = Gauge(name, words, ["channel"], registry=registry)
        for channel, state in intakes.items():
            if state.get(key) is not None:
                gauge.labels(channel).set(state[key])


def _refused(registry: Any, intakes: Mapping[str, Mapping[str, Any]]) -> None:
    from prometheus_client import Counter

    refused = Counter("bot_intake_refused", "requests turned away, by reason", ["channel", "reason"], registry=registry)
    for channel, state in intakes.items():
        for reason, number in state.get("refused", {}).items():
            refused.labels(channel, reason).inc(number)
