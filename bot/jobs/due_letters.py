"""What is said when deliveries are due: each by the feature that declared its kind, together as one letter."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot.engine import Engine
from bot.pipeline.turn import Turn
from handlers import rights
from handlers.kit import Button, Reply
from handlers.reminders import letter
from scheduling import preview as planned
from scheduling.calendar import Calendar
from scheduling.tick import Ticked, Voice
from storage.reminders import deliveries, holds

_SHOWN = 8


def preview(
    engine: Engine, db: Connection, days: int, calendar: Calendar, person_id: int | None = None
) -> planned.Preview:
    """What will go out in the next days (to this person)."""
    occasions = engine.features.occasions
    return planned.preview(db, engine.now(), days, calendar, occasions, partial(letter.words, db, occasions), person_id)


def voice(engine: Engine, turn: Turn, known: Mapping[Any, Any]) -> Voice[Reply]:
    """To the person of each row, with the roles of now; `known` was read ahead."""
    occasions = engine.features.occasions

    def say(row: deliveries.DeliveryRow, brief: bool) -> Reply | None:
        return letter.words(turn.db, occasions, row, turn.now, brief, known)

    return Voice(say, partial(letter.join, occasions, turn.now.date()))


def send(turn: Turn, done: Ticked[Reply]) -> None:
    """What was said goes to its people; whoever cannot be written to counts as such."""
    said = [replace(each.words, to=each.rows[0].person_id, until=each.until) for each in done.said]
    deliveries.not_reached(turn.db, turn.letters.notify(said, gather=True) if said else (), turn.now)


def tell_doubt(engine: Engine, turn: Turn, calendar: Calendar) -> None:
    """The same while the clock is in doubt."""
    if holds.doubted(turn.db):
        tell_held(engine, turn, calendar, f"机器的时间变了，现在是 {turn.now:%Y-%m-%d %H:%M}")


def tell_held(engine: Engine, turn: Turn, calendar: Calendar, why: str) -> None:
    """
    While reminders are held, once: the preview of two days to whoever stands highest, and how it is let go.

    Nobody is woken for it.
    """
    local = turn.now.astimezone(calendar.zone)
    if calendar.times.quiet(local.time()) or holds.told(turn.db, turn.now):
        return
    entries = preview(engine, turn.db, 2, calendar).entries
    lines = [f"· {one.send_at:%H:%M} {one.person} {one.first_line}" for one in entries[:_SHOWN]]
    lines += [f"· 还有 {len(entries) - _SHOWN} 封"] if len(entries) > _SHOWN else []
    head = f"{why}，提醒先停着，请您看一眼。两天内会发 {len(entries)} 封"
    text = "\n".join([f"{head}{'：' if lines else '。'}", *lines, "没有不对的，发：提醒 放行"])
    tell_the_top(turn, text, Button("放行", "提醒", "放行"), wait=False)


def tell_the_top(turn: Turn, text: str, *buttons: Button, wait: bool = True) -> None:
    """To whoever stands highest, what the installation wants somebody to look at."""
    said = [Reply(text, buttons, to=person.id) for person in rights.highest(turn.db, turn.now)]
    turn.letters.notify(said, wait=wait)
