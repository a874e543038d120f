"""The backups in BACKUP_DIR: one a night, each tried before it got its name."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bot.settings import Settings
from bot.settings.reasons import reason

# After the work of the night, which deletes what need not be kept.
HOUR = 4
# A night that failed, and the time that the next takes.
MOST_AGE = timedelta(hours=36)
_NAME = "counselor-bot-%Y%m%d-%H%M%S.backup"


def name(now: datetime) -> str:
    """What a backup of this moment is called."""
    return f"{now:{_NAME}}"


def all_of(folder: Path, now: datetime) -> list[tuple[datetime, Path]]:
    """The backups and when they were made, the oldest first; raises OSError when the folder is not there."""
    return sorted(_found(folder, now))


def _found(folder: Path, now: datetime) -> Iterator[tuple[datetime, Path]]:
    for path in folder.iterdir():
        try:
            made = datetime.strptime(path.name, _NAME).replace(tzinfo=now.tzinfo)
        except ValueError:
            continue
        # One of a clock that was wrong would pass for the newest for years.
        if made <= now + timedelta(days=1):
            yield made, path


def is_wanted(folder: Path, now: datetime) -> bool:
    """Whether the last night has none yet; raises OSError."""
    due = now.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    due -= timedelta(days=0 if due <= now else 1)
    found = all_of(folder, now)
    return not found or found[-1][0] < due


def prune(folder: Path, keep: int, now: datetime) -> None:
    """Delete all but the newest."""
    for _, path in all_of(folder, now)[:-keep]:
        path.unlink(missing_ok=True)


def problem(settings: Settings, now: datetime) -> str:
    """What is wrong with the backups, in a sentence; empty: nothing, or none are wanted."""
    if settings.backups is None:
        return ""
    try:
        found = all_of(settings.backups, now)
    except OSError as fault:
        return f"备份目录 {settings.backups} 用不了（{reason(fault)}）"
    if not found:
        return f"备份目录 {settings.backups} 里还没有备份"
    made = found[-1][0]
    return f"最近一份试过能恢复的备份是 {made:%Y-%m-%d %H:%M} 的，太旧了" if now - made > MOST_AGE else ""
