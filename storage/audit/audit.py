"""The audit log: deeds that matter, written last in their own transaction, each hash over the one before it.

Whoever changes a right, decides, looks at a name or is refused calls `note`. What was noted in a transaction is
written when it commits (storage/database.py listens), so no way of writing can leave it out. Rows hold ids and counts,
never names or what somebody wrote.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select

from storage.organisation.units import within
from storage.tables import audit, audit_anchor, unit

_INFO = "audit"
# What the first row of a chain hangs on.
NOTHING = "0" * 64


class Deed(StrEnum):
    """What the audit log holds; `label` is what people read."""

    BEGUN = "begun"
    CLOSED = "closed"
    REFUSED = "refused"
    INVITED = "invited"
    JOINED = "joined"
    ROLE_GIVEN = "role-given"
    ROLE_ENDED = "role-ended"
    HANDED_OVER = "handed-over"
    GROUP_BOUND = "group-bound"
    GROUP_UNBOUND = "group-unbound"
    NOMINATED = "nominated"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    CHECKIN_CORRECTED = "checkin-corrected"
    CHECKIN_WITHDRAWN = "checkin-withdrawn"
    EXPORTED = "exported"
    REVEALED = "revealed"
    CONSENTED = "consented"
    CONSENT_ENDED = "consent-ended"
    ERASED = "erased"
    RENAMED = "renamed"
    REQUESTED = "requested"
    REQUEST_SETTLED = "request-settled"
    INCIDENT_OPENED = "incident-opened"
    INCIDENT_STEP = "incident-step"
    INCIDENT_CLOSED = "incident-closed"
    KEY_ROTATED = "key-rotated"
    PURGED = "purged"
    REPORTED = "reported"
    LOG_READ = "log-read"
    IMPORTED = "imported"
    PROMOTED = "promoted"
    UNIT_ADDED = "unit-added"
    UNIT_CHANGED = "unit-changed"
    UNIT_MOVED = "unit-moved"
    UNIT_CLOSED = "unit-closed"
    UNIT_REOPENED = "unit-reopened"
    UNLINKED = "unlinked"

    @property
    def label(self) -> str:
        """The deed in Chinese."""
        return _LABELS[self]


_LABELS = {
    Deed.BEGUN: "开始记账",
    Deed.CLOSED: "封存一年",
    Deed.REFUSED: "无权被拒",
    Deed.INVITED: "开邀请码",
    Deed.JOINED: "用邀请码加入",
    Deed.ROLE_GIVEN: "给角色",
    Deed.ROLE_ENDED: "结束角色",
    Deed.HANDED_OVER: "交接工作",
    Deed.GROUP_BOUND: "绑定群",
    Deed.GROUP_UNBOUND: "解绑群",
    Deed.NOMINATED: "提名",
    Deed.APPROVED: "同意提名",
    Deed.RETURNED: "退回提名",
    Deed.WITHDRAWN: "撤回提名",
    Deed.CHECKIN_CORRECTED: "更正签到",
    Deed.CHECKIN_WITHDRAWN: "撤回签到",
    Deed.EXPORTED: "导出",
    Deed.REVEALED: "查看姓名",
    Deed.CONSENTED: "记家长同意",
    Deed.CONSENT_ENDED: "撤回家长同意",
    Deed.ERASED: "删除孩子信息",
    Deed.RENAMED: "更正孩子姓名",
    Deed.REQUESTED: "收到家长申请",
    Deed.REQUEST_SETTLED: "办结家长申请",
    Deed.INCIDENT_OPENED: "报告泄露",
    Deed.INCIDENT_STEP: "泄露处置",
    Deed.INCIDENT_CLOSED: "泄露结案",
    Deed.KEY_ROTATED: "更换密钥",
    Deed.PURGED: "到期清理",
    Deed.REPORTED: "合规审计",
    Deed.LOG_READ: "看审计日志",
    Deed.IMPORTED: "导入名册",
    Deed.PROMOTED: "升级",
    Deed.UNIT_ADDED: "新增单位",
    Deed.UNIT_CHANGED: "改单位",
    Deed.UNIT_MOVED: "移动单位",
    Deed.UNIT_CLOSED: "停用单位",
    Deed.UNIT_REOPENED: "恢复单位",
    Deed.UNLINKED: "解绑账号",
}


def deed_named(words: str) -> Deed | None:
    """The deed with this Chinese label or English value."""
    return next((deed for deed in Deed if words in (deed.label, deed.value)), None)


@dataclass(slots=True)
class Deeds:
    """What one transaction has noted so far; `person_id` and `unit_id` are whose message is being handled."""

    person_id: int | None = None
    unit_id: int | None = None
    rows: list[dict[str, Any]] = field(default_factory=list)

    def by(self, person_id: int | None, unit_id: int | None) -> None:
        """What follows is this person's doing; without a unit of its own it counts to `unit_id`."""
        self.person_id, self.unit_id = person_id, unit_id

    def back_to(self, mark: int) -> None:
        """Forget what was noted since there were `mark` rows: it was rolled back."""
        del self.rows[mark:]


def of(db: Connection) -> Deeds:
    """What the transaction of this connection has noted."""
    found: Deeds = db.info.setdefault(_INFO, Deeds())
    return found


def note(
    db: Connection, deed: Deed, now: datetime, *, unit_id: int | None = None, subject: str = "", **about: Any
) -> None:
    """Write a deed into the audit log when this transaction commits; `about` is ids, numbers and fixed words."""
    deeds = of(db)
    who = {"person_id": deeds.person_id, "unit_id": deeds.unit_id if unit_id is None else unit_id}
    deeds.rows.append({"at": now, "deed": deed, **who, "subject": subject, "about": canonical(about)})


def begin(db: Connection) -> None:
    """A transaction begins: nothing is noted yet."""
    db.info[_INFO] = Deeds()


def write(db: Connection, chain: str) -> None:
    """Add what was noted to this writer's chain; the last thing before the commit."""
    rows = of(db).rows
    if rows:
        # Looked up each time: what the last commit came to is known to the database alone.
        last = _last(db, chain)
        if last is None:
            rows = [_beginning(db, rows[0]["at"]), *rows]
        db.execute(insert(audit), _chained(rows, chain, *(last or (0, NOTHING))))


def _last(db: Connection, chain: str) -> tuple[int, str] | None:
    # A chain whose rows are all of a closed year goes on from its anchor.
    for table in (audit, audit_anchor):
        query = select(table.c.seq, table.c.hash).where(table.c.chain == chain).order_by(table.c.seq.desc()).limit(1)
        row = db.execute(query).first()
        if row is not None:
            return row.seq, row.hash
    return None


def _beginning(db: Connection, at: datetime) -> dict[str, Any]:
    """The first row of a chain names the heads of the others: whoever cuts one of those short is found out."""
    # Those of the rows since the last chain but one began; of all before it an earlier chain holds the heads.
    begun = select(audit.c.id).where(audit.c.deed == Deed.BEGUN).order_by(audit.c.id.desc()).limit(1).offset(1)
    recent = audit.c.id >= func.coalesce(begun.scalar_subquery(), 0)
    newest = select(audit.c.chain, func.max(audit.c.seq).label("seq")).where(recent).group_by(audit.c.chain).subquery()
    query = select(audit.c.chain, audit.c.seq, audit.c.hash).join(
        newest, (newest.c.chain == audit.c.chain) & (newest.c.seq == audit.c.seq)
    )
    heads = {row.chain: [row.seq, row.hash] for row in db.execute(query)}
    row = {"at": at, "deed": Deed.BEGUN, "person_id": None, "unit_id": None, "subject": ""}
    return {**row, "about": canonical({"heads": heads})}


def _chained(rows: Iterable[Mapping[str, Any]], chain: str, seq: int, before: str) -> list[dict[str, Any]]:
    chained = []
    for place, row in enumerate(rows, seq + 1):
        before = digest(before, {**row, "chain": chain, "seq": place})
        chained.append({**row, "chain": chain, "seq": place, "hash": before})
    return chained


def canonical(value: Any) -> str:
    """JSON in the one form that is hashed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(before: str, row: Mapping[str, Any]) -> str:
    """SHA-256 over the hash before it and all that the row says."""
    at = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    said = [row[name] for name in ("chain", "seq", "deed", "person_id", "unit_id", "subject", "about")]
    return hashlib.sha256(canonical([before, at, *said]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the log; `about` is JSON."""

    id: int
    chain: str
    seq: int
    at: datetime
    deed: str
    person_id: int | None
    unit_id: int | None
    subject: str
    about: str
    hash: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are asked for; what is not given does not count. `paths` are subtrees of units."""

    since: datetime | None = None
    until: datetime | None = None
    deed: Deed | None = None
    person_ids: Collection[int] | None = None
    paths: Sequence[str] | None = None
    subject: str = ""


def entries(db: Connection, wanted: Wanted, most: int) -> list[Entry]:
    """The newest `most` of these rows, the oldest of them first."""
    query = select(audit).where(*_conditions(wanted)).order_by(audit.c.id.desc()).limit(most)
    return [Entry(*row) for row in reversed(db.execute(query).all())]


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.since:
        yield audit.c.at >= wanted.since
    if wanted.until:
        yield audit.c.at < wanted.until
    if wanted.deed:
        yield audit.c.deed == wanted.deed
    if wanted.person_ids is not None:
        yield audit.c.person_id.in_(wanted.person_ids)
    if wanted.paths is not None:
        yield audit.c.unit_id.in_(select(unit.c.id).where(within(wanted.paths)))
    if wanted.subject:
        yield audit.c.subject == wanted.subject
