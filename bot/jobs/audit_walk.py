"""The ends of the audit log are kept outside it as it grows; once a night it is read whole: is it as it was written?"""

import logging
from datetime import datetime

from sqlalchemy import Engine

from bot.pipeline.turn import Turn
from storage.audit import audit, audit_check
from storage.audit.audit_heads import AuditHeads, Forged
from storage.base import key_values
from storage.children.erasures import ErasureList

log = logging.getLogger(__name__)
# When the work of a night begins.
HOUR = 3


class AuditWalk:
    """Takes its time, so it is no part of a transaction of the writer."""

    def __init__(self, read: Engine, heads: AuditHeads, erased: ErasureList) -> None:
        self._read = read
        self._heads = heads
        self._erased = erased
        self._checked = ""

    def follow(self) -> bool:
        """Keep the ends of what has been committed since the last look; True when that began just now."""
        try:
            with self._read.connect() as db:
                return self._heads.follow(db)
        except Forged as fault:
            log.critical("审计日志和写下时不一样：%s", fault)
            return False

    def forget(self) -> None:
        """The log begins anew."""
        self._heads.forget()

    def keep_erased(self) -> None:
        """Keep outside the database as well which children were erased."""
        try:
            with self._read.connect() as db:
                self._erased.follow(db)
        except OSError as fault:
            log.error("删除过哪些孩子，BACKUP_DIR 和 DATA_DIR 里都记不下：%s", fault)

    def check(self, now: datetime) -> str | None:
        """What last night's walk through the audit log came to, once it has been done; read-only, takes its time."""
        night = now.date().isoformat()
        if now.hour < HOUR or self._checked == night:
            return None
        with self._read.connect() as db:
            self._checked = night
            last = key_values.get(db, audit_check.CHECKED)
            if last and last.at.astimezone(now.tzinfo).date() >= now.date():
                return None
            walk = self._heads.check(db)
        if walk.broken:
            log.critical("审计日志和写下时不一样：%s", walk.broken)
        for chain, (seq, mark) in walk.heads.items():
            # Noted where the log goes, so that a chain cut short can be told: audit verify --seen.
            log.info("审计日志核对到 %s:%d:%s（抄下这一串，以后用 audit verify --seen 核对）", chain, seq, mark)
        return str(walk.broken or audit_check.OK)


def note(turn: Turn, found: str) -> None:
    """Keep what the walk came to."""
    key_values.put(turn.db, audit_check.CHECKED, found, turn.now)


def note_begun(turn: Turn) -> None:
    """From here on the log is held to what is kept outside it; a second time is a restore, or somebody took it away."""
    audit.note(turn.db, audit.Action.HEADS_KEPT, turn.now)
