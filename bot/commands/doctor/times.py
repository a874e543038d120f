"""What doctor says about the machine's time, held against what the bot stored last."""

from collections.abc import Iterator

from bot.clock import MOST_OFF, Clock
from bot.commands.doctor.current import current
from bot.commands.doctor.line import FAIL, OK, WARN, Line
from bot.jobs import clock_guard
from bot.settings import Settings
from storage.base import key_values
from storage.reminders import holds

_CURE = "请先把这台机器的时间调准（NTP）；核对过没有错，发 python -m bot clock accept"


def check(settings: Settings) -> Iterator[Line]:
    """Whether the bot relies on it, and whether it lies before what the bot has seen already."""
    with current(settings) as db:
        if db is None:
            return
        last, doubt = (key_values.get(db, name) for name in (clock_guard.LAST, holds.DOUBT))
    now = Clock(settings.zone).now()
    if last and now < last.at - MOST_OFF:
        before = f"{last.at.astimezone(settings.zone):%Y-%m-%d %H:%M}"
        yield FAIL, "time", f"这台机器的时间 {now:%Y-%m-%d %H:%M} 比机器人上次运行的 {before} 还早。{_CURE}"
    elif doubt:
        yield WARN, "time", f"时间有疑问，提醒、清理和结案都停着：{doubt.value}。{_CURE}"
    else:
        yield OK, "time", "时间没有疑问"
