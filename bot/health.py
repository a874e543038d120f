"""What /health says: what is broken here, and as warnings what fails outside, where a restart would not help."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from time import monotonic
from typing import Any

from bot.backups import backup_folder
from bot.channels import Channel
from bot.channels.condition import Condition
from bot.engine import Engine
from bot.metrics import DAY, TICK_ALARM
from bot.outbox.sender import Sender
from storage.organisation import units
from storage.reminders import deliveries, holds

# A sender looks every second; it may wait as long as a database that is busy.
SENDER_ALARM = timedelta(seconds=60)


def facts(
    engine: Engine, writing: Condition, tick: float, senders: Sequence[Sender], channels: Mapping[str, Channel]
) -> dict[str, Any]:
    """The page; `tick` is the seconds since the last one. `status` is not ok only for what is broken here."""
    ages = {sender.name: round(monotonic() - sender.last_round, 1) for sender in senders}
    states = {name: state for name, channel in channels.items() if (state := channel.state())}
    database = _database(engine)
    reasons = list(_broken(database, writing, tick, ages))
    found: dict[str, Any] = {"status": "failing" if reasons else "ok", "database": database or "ok", "tick": tick}
    if reasons:
        found["reason"] = "；".join(reasons)
    doubt = [f"机器的时间有疑问：{engine.clock.doubt}"] if engine.clock.doubt else []
    doubt += _held(engine) if not database else []
    doubt += [f"备份：{words}"] if (words := backup_folder.problem(engine.settings, engine.now())) else []
    warnings = doubt + [line for name, state in states.items() for line in _failing(name, state)]
    reminders = {} if database else {"reminders": _reminders(engine)}
    return {**found, "senders": ages, **reminders, **({"warnings": warnings} if warnings else {}), **states}


def _reminders(engine: Engine) -> dict[str, float]:
    """How many wait, how late the oldest is in seconds, and what became of those of the last 24 hours."""
    now = engine.now()
    with engine.database.read.connect() as db:
        waiting, overdue = deliveries.queue(db, now)
        return {"waiting": waiting, "overdue": round(overdue), **deliveries.by_state(db, now - DAY, now)}


def _held(engine: Engine) -> list[str]:
    """Reminders that wait for somebody to look."""
    with engine.database.read.connect() as db:
        return ["提醒停着，等人发「提醒 放行」"] if holds.why(db) else []


def _database(engine: Engine) -> str:
    """What kind of error it answers with; empty: none."""
    try:
        with engine.database.read.connect() as db:
            units.is_empty(db)
    except Exception as error:
        return type(error).__name__
    return ""


def _broken(database: str, writing: Condition, tick: float, ages: Mapping[str, float]) -> Iterator[str]:
    if database:
        yield "数据库不回答"
    if writing.facts()["failures"]:
        yield f"数据库写不进：{writing.trouble}"
    if tick > TICK_ALARM.total_seconds():
        yield "心跳停了一分钟以上"
    for name, age in ages.items():
        if age > SENDER_ALARM.total_seconds():
            yield f"{name} 的发送停了一分钟以上"


def _failing(name: str, state: Mapping[str, Any]) -> Iterator[str]:
    for what, way in (("消息进不来", state), ("消息出不去", state.get("sending", {}))):
        if way.get("failures"):
            yield f"{name}：{what}，{way.get('failing', 0):.0f} 秒了：{way['trouble']}"
