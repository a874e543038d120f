"""审计: the audit log of one's own units, and how an entry is said: when, who, what, where, about what."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import Connection

from handlers.kit import Ask, Refusal, Reply, Role
from handlers.registry import ANYTHING, command
from handlers.wording import days, medals
from handlers.wording.days import day_in
from storage.audit import audit
from storage.audit.audit import Action, Entry, Wanted
from storage.organisation import history, units
from storage.people import people

# Nobody in particular: the nightly clean-up, the command line.
_NOBODY = "系统"
_PERSON = "person:"

READERS = frozenset({Role.DATA_OFFICER, Role.PROVINCE_ADMIN})
_MOST = 30
_BACK = timedelta(days=30)


@command(
    "审计", "audit", who=READERS, group="孩子信息", rank=49, help="看审计日志：谁做了什么", glued=ANYTHING,
    looks=".*", examples=("审计", "审计 无权被拒", "审计 查看姓名 4月1日"),
)  # fmt: skip
def show(ask: Ask) -> Reply:
    """The newest rows of these 30 days, or of a day; of one kind of action where one is named."""
    if not ask.message.private:
        raise Refusal("审计日志请私聊我看。")
    day, words = day_in(ask.args, ask.today)
    action = Action.named(words) if words else None
    if words and action is None:
        raise Refusal(f"没有「{words}」这一类。可以看：{'、'.join(each.label for each in Action)}")
    since = datetime.combine(day, time(), ask.now.tzinfo) if day else ask.now - _BACK
    until = since + timedelta(days=1) if day else None
    paths = ask.me.paths(READERS)
    found = audit.entries(ask.db, Wanted(since, until, action, paths=paths), _MOST)
    ask.note(Action.LOG_READ, what=action.label if action else "")
    if not found:
        return Reply("没有这样的记录。")
    head = f"审计日志，最新 {len(found)} 条" + ("，更早的请信息技术老师导出" if len(found) == _MOST else "")
    return Reply("\n".join([head, *lines(ask.db, found, ask.now.tzinfo)]))


def lines(db: Connection, entries: Sequence[Entry], zone: tzinfo | None, paths: bool = False) -> list[str]:
    """`2026-04-03 10:20 刘校长 同意提名 实验小学三(2)中队 nomination:12 一星章`, one a row.

    With `paths` units are written from the root down, as the command line names them.
    """
    meant = {int(entry.subject.partition(":")[2]) for entry in entries if entry.subject.startswith(_PERSON)}
    meant |= {int(stands_in) for entry in entries if (stands_in := json.loads(entry.about).get("deputy_for"))}
    who = people.names(db, meant | {entry.person_id for entry in entries if entry.person_id is not None})
    at = units.by_ids(db, {entry.unit_id for entry in entries if entry.unit_id is not None})
    full = {id: units.full_name(db, unit) for id, unit in at.items()} if not paths else {}
    where = full or history.path_names(db, at.values())
    return [_line(entry, who, where, zone) for entry in entries]


def _line(entry: Entry, who: Mapping[int, str], where: Mapping[int, str], zone: tzinfo | None) -> str:
    about = entry.subject
    if about.startswith(_PERSON):
        about = who.get(int(about.partition(":")[2]), about)
    parts = [
        days.stamp(entry.at.astimezone(zone)),
        who.get(entry.person_id or 0, _NOBODY),
        Action(entry.deed).label,
        where.get(entry.unit_id or 0, ""),
        about,
        said(told := json.loads(entry.about)),
        f"代理{who.get(int(told['deputy_for']), '')}" if told.get("deputy_for") else "",
    ]
    return " ".join(filter(None, parts))


def said(about: Mapping[str, Any]) -> str:
    """What else a row says, in words that people know: the role, the medal, what was wanted."""
    role, medal = about.get("role"), about.get("medal")
    parts = [
        Role(role).label if role else "",
        medals.label(medal) if medal else "",
        str(about.get("what", "")),
        str(about.get("why", "")),
    ]
    return " ".join(filter(None, parts))
