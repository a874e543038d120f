"""Walks every chain of the audit log and finds the first row that is not as it was written."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import groupby

from sqlalchemy import Connection, select

from storage.audit import audit_years
from storage.audit.audit import NOTHING, Action, Entry, digest
from storage.tables import audit

_AT_ONCE = 1000
# Where something says that a row stands: chain, place, hash, and who says so.
Vouched = tuple[str, int, str, str]


# The fact that holds what last night's walk came to: `ok`, or what is wrong.
CHECKED = "audit-checked"
OK = "ok"


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place that is wrong: which chain, which row of it, and what is wrong there."""

    chain: str
    seq: int
    why: str

    def __str__(self) -> str:
        return f"链 {self.chain} 第 {self.seq} 条，{self.why}" if self.chain else self.why


@dataclass(slots=True)
class Walk:
    """What there is: rows read, the last row of each chain, what the rows vouch for; `broken` None: intact."""

    rows: int = 0
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    vouched: list[Vouched] = field(default_factory=list)
    # What the newest closing of a year says of all anchors.
    anchors: str = ""
    closed: int = 0
    broken: Broken | None = None


def check(db: Connection, seen: Iterable[tuple[str, int, str]] = ()) -> Walk:
    """Walk all chains; `seen` are (chain, place, hash) that must stand, noted elsewhere at an earlier time."""
    anchors = audit_years.anchors(db)
    walk = Walk(vouched=[(*each, "记在别处的哈希") for each in seen], closed=len(anchors))
    last = {each.chain: (each.seq, each.hash) for each in anchors}
    newest = 0
    for chain, rows in groupby(_rows(db), key=lambda row: row.chain):
        seq, before = last.get(chain, (0, NOTHING))
        for row in rows:
            walk.broken = _wrong(row, seq, before)
            if walk.broken:
                return walk
            seq, before = row.seq, row.hash
            walk.rows += 1
            walk.vouched += _named(row)
            if row.deed == Action.CLOSED and row.id > newest:
                newest, walk.anchors = row.id, json.loads(row.about)["anchors"]
        walk.heads[chain] = seq, before
    walk.broken = _cut_short(db, walk.vouched, last) or _unvouched(walk, anchors)
    return walk


def _rows(db: Connection) -> Iterator[Entry]:
    query = select(audit).order_by(audit.c.chain, audit.c.seq).execution_options(yield_per=_AT_ONCE)
    with db.execute(query) as found:
        yield from (Entry(*row) for row in found)


def _wrong(row: Entry, seq: int, before: str) -> Broken | None:
    if row.seq != seq + 1:
        return Broken(row.chain, seq + 1, f"少了第 {seq + 1} 条（后面是第 {row.seq} 条）")
    if digest(before, asdict(row)) != row.hash:
        return Broken(row.chain, row.seq, "内容和哈希不符，被改过")
    return None


def _named(row: Entry) -> list[Vouched]:
    if row.deed != Action.BEGUN:
        return []
    heads = json.loads(row.about)["heads"].items()
    return [(chain, seq, mark, f"链 {row.chain} 的开头") for chain, (seq, mark) in heads]


def _cut_short(db: Connection, vouched: Iterable[Vouched], last: Mapping[str, tuple[int, str]]) -> Broken | None:
    """A row that something vouches for and that is not there, or not as it was."""
    for chain, seq, mark, by in vouched:
        closed = last.get(chain, (0, ""))
        if seq < closed[0]:
            continue
        at = (audit.c.chain == chain) & (audit.c.seq == seq)
        stands = closed[1] if seq == closed[0] else db.scalar(select(audit.c.hash).where(at))
        if stands != mark:
            return Broken(chain, seq, f"这一条没有了，或被换过（{by}记着它）")
    return None


def _unvouched(walk: Walk, anchors: list[audit_years.Anchor]) -> Broken | None:
    if anchors and walk.anchors != audit_years.fingerprint(anchors):
        return Broken(anchors[-1].chain, anchors[-1].seq, "封存的年份和最后一次封存时记下的不符")
    return None
