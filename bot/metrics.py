"""What Prometheus reads: counters of the writer and the rows of the outbox by state."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from bot.channels import Channel
from bot.engine import Engine
from bot.pipeline.durations import Durations
from bot.pipeline.writer import Pipeline
from storage.messages import inbox, late_letters, outbox
from storage.reminders import deliveries, holds

TICK_ALARM = timedelta(seconds=60)
DAY = timedelta(days=1)
_TOOK: dict[str, tuple[str, list[str]]] = {
    "message": ("from its arrival to its commit", ["channel"]),
    "answer": ("from when it was written to when it had arrived", ["channel"]),
    "commit": ("a transaction", []),
    "queue": ("how long something waited for a transaction", []),
}
STATES = ("new", "claimed", "uncertain", "dead")


def text(engine: Engine, pipeline: Pipeline, tick_age: float, channels: Mapping[str, Channel]) -> str:
    """The metrics page."""
    # Costs 60 ms to import: only when somebody asks.
    from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

    registry = CollectorRegistry()
    Counter("bot_jobs", "messages and tasks committed", registry=registry).inc(pipeline.jobs)
    Counter("bot_commits", "transactions", registry=registry).inc(pipeline.commits)
    Gauge("bot_tick_age_seconds", "since the last tick", registry=registry).set(tick_age)
    Gauge("bot_clock_doubted", "1: the machine's time is not relied upon", registry=registry).set(
        bool(engine.clock.doubt)
    )
    rows = Gauge("bot_outbox_rows", "letters by state", ["state"], registry=registry)
    with engine.database.read.connect() as db:
        counts = outbox.counts(db, STATES)
        waiting, overdue = deliveries.queue(db, engine.now())
        held = bool(holds.why(db))
        settled = deliveries.by_state(db, engine.now() - DAY, engine.now())
        oldest = late_letters.oldest(db, engine.now())
        failed, unreadable = len(inbox.failed(db)), inbox.unreadable(db)
    for state in STATES:
        rows.labels(state).set(counts.get(state, 0))
    Gauge("bot_reminders_waiting", "laid out and not said yet", registry=registry).set(waiting)
    Gauge("bot_reminders_overdue_seconds", "how late the oldest is", registry=registry).set(overdue)
    ended = Gauge("bot_reminders_settled", "of the last 24 hours, by what became of them", ["state"], registry=registry)
    for state, count in settled.items():
        ended.labels(state).set(count)
    Gauge("bot_reminders_held", "1: until somebody has looked", registry=registry).set(held)
    Gauge("bot_failed_messages", "kept for replay", registry=registry).set(failed)
    Gauge("bot_unreadable_updates", "kept because they could not be read", registry=registry).set(unreadable)
    Gauge("bot_outbox_oldest_seconds", "how long what is due has waited at most", registry=registry).set(oldest)
    registry.register(_Histograms(dict(pipeline.took)))
    states = {name: channel.state() for name, channel in channels.items()}
    _ways(registry, states)
    _refused(registry, states)
    return generate_latest(registry).decode()


class _Histograms:
    """How long things took, as Prometheus collects it."""

    def __init__(self, took: Mapping[tuple[str, str], Durations]) -> None:
        self._took = took

    def collect(self) -> Iterator[Any]:
        """One family each."""
        from prometheus_client.core import HistogramMetricFamily

        for name, (words, labels) in _TOOK.items():
            family = HistogramMetricFamily(f"bot_{name}_seconds", words, labels=labels)
            for (what, channel), found in sorted(self._took.items()):
                if what == name:
                    family.add_metric([channel][: len(labels)], buckets=found.buckets(), sum_value=found.total)
            yield family


def _ways(registry: Any, states: Mapping[str, Mapping[str, Any]]) -> None:
    from prometheus_client import Gauge

    out = {channel: state.get("sending", {}) for channel, state in states.items()}
    names = (
        (states, "age", "bot_intake_age_seconds", "since messages were last asked for, or the webhook seen in place"),
        (states, "failures", "bot_intake_failures", "failures in a row"),
        (states, "failing", "bot_intake_failing_seconds", "since nothing comes in; 0: all is well"),
        (states, "pending", "bot_intake_pending", "what waits at the platform"),
        (out, "failures", "bot_sending_failures", "failures in a row"),
        (out, "failing", "bot_sending_failing_seconds", "since nothing goes out; 0: all is well"),
    )
    for ways, key, name, words in names:
        gauge = Gauge(name, words, ["channel"], registry=registry)
        for channel, way in ways.items():
            if way.get(key) is not None:
                gauge.labels(channel).set(way[key])


def _refused(registry: Any, states: Mapping[str, Mapping[str, Any]]) -> None:
    from prometheus_client import Counter

    refused = Counter("bot_intake_refused", "requests turned away, by reason", ["channel", "reason"], registry=registry)
    for channel, state in states.items():
        for reason, number in state.get("refused", {}).items():
            refused.labels(channel, reason).inc(number)
