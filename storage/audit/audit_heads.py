"""How far each chain of the audit log has come, in a file outside the database: a cut tail or an emptied log is told.

Whoever changes the database alone cannot change this too: the file carries a keyed hash, made with NAME_KEY. It may lag
behind by a tick, never run ahead of what was committed. Its first writing is an entry of the log itself. A bot
follows it at each tick, and every process that wrote to the log as it ends.
"""

import hmac
import json
import os
import secrets
import threading
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, select

from storage.audit import audit_check
from storage.audit.audit import Action, canonical, note
from storage.base.vault import Vault
from storage.database import Database
from storage.organisation import units
from storage.tables import audit, audit_anchor

# Chain → (place of its last row, that row's hash).
Heads = dict[str, tuple[int, str]]
_FORGED = "记在数据库外的账尾（DATA_DIR/{}）被改过，或不是用现在的 NAME_KEY 写的"
_EMPTIED = "日志是空的，单位却登记过：被清空了"
_CUT = "审计日志的末尾没有了：链 {} 记到过第 {} 条，现在没有这一条。被删过，或恢复了较早的备份"
_MISSING = "记在数据库外的账尾（DATA_DIR/{}）不见了"


class Forged(Exception):
    """The file is not as we have written it."""


class AuditHeads:
    """The file, and the rows that it has not seen yet."""

    def __init__(self, path: Path, vault: Vault) -> None:
        self._path = path
        self._vault = vault
        self._newest = 0
        self._kept: Heads = {}
        self._one = threading.Lock()

    def read(self) -> Heads | None:
        """What the file says, None without a file; raises Forged."""
        try:
            written = json.loads(self._path.read_text(encoding="utf-8"))
            heads = {chain: (int(seq), str(mark)) for chain, (seq, mark) in written["heads"].items()}
            given = str(written["mac"])
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Forged(_FORGED.format(self._path.name)) from None
        if not any(hmac.compare_digest(mac, given) for mac in self._macs(heads)):
            raise Forged(_FORGED.format(self._path.name))
        return heads

    def follow(self, db: Connection) -> bool:
        """Take in what was committed since the last look; True when there was no file before. Raises Forged.

        A chain whose known end is not in the log any more stays where it was, so that `check` tells.
        """
        with self._one:
            return self._follow(db)

    def forget(self) -> None:
        """The log begins anew, as that of the practice page may; to be called after that was committed."""
        with self._one:
            self._path.unlink(missing_ok=True)
            self._newest, self._kept = 0, {}

    def _follow(self, db: Connection) -> bool:
        newest = db.scalar(select(func.max(audit.c.id))) or 0
        heads = self.read()
        if newest == self._newest and heads == self._kept:
            return False
        grown = dict(heads or {})
        ends = select(func.max(audit.c.id)).where(audit.c.id > self._newest).group_by(audit.c.chain)
        query = select(audit.c.chain, audit.c.seq, audit.c.hash).where(audit.c.id.in_(ends))
        last = [(row.chain, (row.seq, row.hash)) for row in db.execute(query)]
        # What another process has written over comes back; not where the operator took the file away.
        for chain, head in [*(self._kept.items() if heads is not None else ()), *last]:
            if chain not in grown or (head[0] > grown[chain][0] and _stands(db, chain, *grown[chain])):
                grown[chain] = head
        self._write(grown)
        self._newest, self._kept = newest, grown
        return heads is None

    def leave(self, database: Database, now: datetime) -> None:
        """Take in what this process has committed, if anything, before it ends. Raises Forged, OSError."""
        with database.read.connect() as db:
            wrote = db.scalar(select(audit.c.id).where(audit.c.chain == database.chain).limit(1))
            begun = wrote is not None and self.follow(db)
        if begun:
            with database.write.begin() as db:
                note(db, Action.HEADS_KEPT, now)
            with database.read.connect() as db:
                self.follow(db)

    def check(self, db: Connection, seen: Iterable[tuple[str, int, str]] = ()) -> audit_check.Walk:
        """Walk all chains and hold them to the file and to what was `seen` elsewhere."""
        if fault := self.trouble(db):
            return audit_check.Walk(broken=audit_check.Broken("", 0, fault))
        heads = self.read()
        walk = audit_check.check(db, [*((chain, *head) for chain, head in (heads or {}).items()), *seen])
        if not (walk.rows or walk.closed or walk.broken or units.is_empty(db)):
            walk.broken = audit_check.Broken("", 0, _EMPTIED)
        return walk

    def trouble(self, db: Connection) -> str:
        """What is wrong with the file itself, without a walk through the log; empty: nothing."""
        begun = db.scalar(select(audit.c.chain).where(audit.c.deed == Action.HEADS_KEPT).limit(1))
        try:
            return _MISSING.format(self._path.name) if self.read() is None and begun else ""
        except Forged as fault:
            return str(fault)

    def cut(self, db: Connection) -> str:
        """Which chain does not reach its known end any more, without a walk through the log; empty: none."""
        heads = (self.read() if not self.trouble(db) else None) or {}
        lost = ((chain, head[0]) for chain, head in heads.items() if not _stands(db, chain, *head))
        return next((_CUT.format(*each) for each in lost), "")

    def _macs(self, heads: Heads) -> list[str]:
        return self._vault.fingerprints(f"audit heads {canonical(heads)}")

    def _write(self, heads: Heads) -> None:
        # Of its own: another process may be writing too.
        half = self._path.with_suffix(f".{secrets.token_hex(4)}.half")
        with half.open("w", encoding="utf-8") as out:
            out.write(canonical({"heads": heads, "mac": self._macs(heads)[0]}))
            out.flush()
            os.fsync(out.fileno())
        half.replace(self._path)


def _stands(db: Connection, chain: str, seq: int, mark: str) -> bool:
    """Whether this row is as it was; of a closed year its anchor, or one after it, speaks for it."""
    at = (audit.c.chain == chain) & (audit.c.seq == seq)
    closed = (audit_anchor.c.chain == chain) & (audit_anchor.c.seq >= seq)
    found = db.scalar(select(audit.c.hash).where(at))
    return found == mark or (found is None and db.scalar(select(audit_anchor.c.seq).where(closed).limit(1)) is not None)
