"""The audit log: actions that matter, written last in their own transaction, each hash over the one before it.

Whoever changes a right, decides, looks at a name or is refused calls `note`. What was noted in a transaction is
written when it commits (storage/database.py listens), so no way of writing can leave it out. Rows hold ids and counts,
never names or what somebody wrote.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select

from storage.base.labels import Labelled
from storage.organisation.units import within
from storage.people import standing
from storage.tables import audit, audit_anchor, grant, unit

# A role that is no right to decide on anything.
_DECIDES_NOTHING = "counselor"
_INFO = "audit"
# What the first row of a chain hangs on.
NOTHING = "0" * 64


class Action(Labelled):
    """What the audit log holds."""

    BEGUN = "begun", "开始记账"
    CLOSED = "closed", "封存一年"
    HEADS_KEPT = "heads-kept", "另存账尾"
    RESTORED = "restored", "恢复备份"
    REFUSED = "refused", "无权被拒"
    INVITED = "invited", "开邀请码"
    JOINED = "joined", "用邀请码加入"
    CODE_VOIDED = "code-voided", "邀请码作废"
    APPOINTMENT_ASKED = "appointment-asked", "请求任职"
    APPOINTMENT_CONFIRMED = "appointment-confirmed", "确认任职"
    APPOINTMENT_DECLINED = "appointment-declined", "不同意任职"
    ROLE_GIVEN = "role-given", "给角色"
    ROLE_ENDED = "role-ended", "结束角色"
    HANDED_OVER = "handed-over", "交接工作"
    GROUP_BOUND = "group-bound", "绑定群"
    GROUP_UNBOUND = "group-unbound", "解绑群"
    NOMINATED = "nominated", "提名"
    APPROVED = "approved", "同意提名"
    PASSED = "passed", "逐级同意提名"
    NOTICED = "noticed", "奖章公示"
    PUT_UP = "put_up", "记公示从哪天起"
    OBJECTED = "objected", "公示有异议"
    RESUMED = "resumed", "异议不成立，继续公示"
    REJECTED = "rejected", "异议成立，不授予"
    AWARDED = "awarded", "授予奖章"
    RETURNED = "returned", "退回提名"
    WITHDRAWN = "withdrawn", "撤回提名"
    BADGES_GIVEN = "badges-given", "全班颁章"
    BADGES_TAKEN_BACK = "badges-taken-back", "收回误记的章"
    SPECIAL_BADGE = "special-badge", "设特色章"
    QUOTA_FROZEN = "quota-frozen", "定评章名额"
    EXCEPTED = "excepted", "破例同意"
    PRESENTED = "presented", "颁发奖章"
    REVOKED = "revoked", "撤销奖章"
    CHECKIN_CORRECTED = "checkin-corrected", "更正签到"
    CHECKIN_WITHDRAWN = "checkin-withdrawn", "撤回签到"
    CHECKIN_RESTORED = "checkin-restored", "恢复签到"
    CASE_OPENED = "case-opened", "立事项"
    CASE_MOVED = "case-moved", "办事项"
    CASE_CORRECTED = "case-corrected", "更正事项"
    EXPORTED = "exported", "导出"
    REVEALED = "revealed", "查看姓名"
    CONSENTED = "consented", "记家长同意"
    CONSENT_ENDED = "consent-ended", "撤回家长同意"
    ERASED = "erased", "删除孩子信息"
    RENAMED = "renamed", "更正孩子姓名"
    REQUESTED = "requested", "收到家长申请"
    REQUEST_SETTLED = "request-settled", "办结家长申请"
    INCIDENT_OPENED = "incident-opened", "报告泄露"
    INCIDENT_STEP = "incident-step", "泄露处置"
    INCIDENT_CLOSED = "incident-closed", "泄露结案"
    KEY_ROTATED = "key-rotated", "更换密钥"
    PURGED = "purged", "到期清理"
    REPORTED = "reported", "合规审计"
    LOG_READ = "log-read", "看审计日志"
    IMPORTED = "imported", "导入名册"
    PROMOTED = "promoted", "升级"
    UNIT_ADDED = "unit-added", "新增单位"
    UNIT_CHANGED = "unit-changed", "改单位"
    UNIT_MOVED = "unit-moved", "移动单位"
    UNIT_CLOSED = "unit-closed", "停用单位"
    UNIT_REOPENED = "unit-reopened", "恢复单位"
    UNLINKED = "unlinked", "解绑账号"
    CATALOGUE_CHANGED = "catalogue-changed", "改目录"
    NAMED = "named", "改自己的姓名"
    PAGE_LINKED = "page-linked", "开网页"
    PAGE_REVOKED = "page-revoked", "停用网页"


@dataclass(slots=True)
class Noted:
    """What one transaction has noted so far; `person_id` and `unit_id` are whose message is being handled."""

    person_id: int | None = None
    unit_id: int | None = None
    rows: list[dict[str, Any]] = field(default_factory=list)
    # The roles of those who decide: one answer to a batch of decisions asks for them once.
    roles: dict[int, Sequence[Any]] = field(default_factory=dict)

    def by(self, person_id: int | None, unit_id: int | None) -> None:
        """What follows is this person's doing; without a unit of its own it counts to `unit_id`."""
        self.person_id, self.unit_id = person_id, unit_id

    def back_to(self, mark: int) -> None:
        """Forget what was noted since there were `mark` rows: it was rolled back."""
        del self.rows[mark:]


def of(db: Connection) -> Noted:
    """What the transaction of this connection has noted."""
    found: Noted = db.info.setdefault(_INFO, Noted())
    return found


def note(
    db: Connection, action: Action, now: datetime, *, unit_id: int | None = None, subject: str = "", **about: Any
) -> None:
    """Write an entry into the audit log when this transaction commits; `about` is ids, numbers and fixed words."""
    noted = of(db)
    who = {"person_id": noted.person_id, "unit_id": noted.unit_id if unit_id is None else unit_id}
    noted.rows.append({"at": now, "deed": action, **who, "subject": subject, "about": canonical(about)})


def standing_in(db: Connection, person_id: int, path: str, now: datetime) -> dict[str, str]:
    """{"deputy_for": id of a person} where somebody decides at `path` as a deputy alone, for `note`; else empty."""
    known = of(db).roles
    if person_id not in known:
        query = select(grant.c.role, grant.c.deputy_for, unit.c.path).join(unit, unit.c.id == grant.c.unit_id)
        known[person_id] = db.execute(query.where(grant.c.person_id == person_id, standing.holds(now))).all()
    above = [row for row in known[person_id] if path.startswith(row.path) and row.role != _DECIDES_NOTHING]
    lent = [row.deputy_for for row in above if row.deputy_for is not None]
    return {"deputy_for": str(lent[0])} if len(lent) == len(above) > 0 else {}


def begin(db: Connection) -> None:
    """A transaction begins: nothing is noted yet."""
    db.info[_INFO] = Noted()


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
    begun = select(audit.c.id).where(audit.c.deed == Action.BEGUN).order_by(audit.c.id.desc()).limit(1).offset(1)
    recent = audit.c.id >= func.coalesce(begun.scalar_subquery(), 0)
    newest = select(audit.c.chain, func.max(audit.c.seq).label("seq")).where(recent).group_by(audit.c.chain).subquery()
    query = select(audit.c.chain, audit.c.seq, audit.c.hash).join(
        newest, (newest.c.chain == audit.c.chain) & (newest.c.seq == audit.c.seq)
    )
    heads = {row.chain: [row.seq, row.hash] for row in db.execute(query)}
    row = {"at": at, "deed": Action.BEGUN, "person_id": None, "unit_id": None, "subject": ""}
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
    action: Action | None = None
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
    if wanted.action:
        yield audit.c.deed == wanted.action
    if wanted.person_ids is not None:
        yield audit.c.person_id.in_(wanted.person_ids)
    if wanted.paths is not None:
        yield audit.c.unit_id.in_(select(unit.c.id).where(within(wanted.paths)))
    if wanted.subject:
        yield audit.c.subject == wanted.subject
