"""合规审计: the yearly audit of how minors' personal information was handled (未成年人网络保护条例 37)."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from handlers.kit import Ask, Refusal, Reply, Role
from handlers.registry import ANYTHING, command
from handlers.wording import places
from storage.audit import audit_check
from storage.audit.audit import Action
from storage.audit.audit_years import YEARS_KEPT
from storage.base import key_values
from storage.children import compliance
from storage.organisation import units
from storage.retention import terms

READERS = frozenset({Role.DATA_OFFICER, Role.PROVINCE_ADMIN})
_YEAR = re.compile(r"(20\d\d)年?")
# What is handled, what for, how it is kept, how long: the closed list of fields.
FIELDS = (
    ("队员姓名", "奖章提名与审核", "加密，平时只显示姓和末字", "没通过的 180 天，通过的到毕业后一年"),
    ("所在中队、奖章、提名状态", "奖章提名与审核", "不加密，不含姓名", "姓名删除后只作计数"),
    ("事迹（100 字以内）", "奖章提名与审核", "加密，去掉姓名和隐私", "同姓名"),
    ("监护人同意（方式、日期、编号）", "证明已取得同意", "不含姓名", "同姓名"),
    ("活动人数", "活动签到与周报", "只有数字", f"{terms.CHECKIN_YEARS} 个学年"),
    ("活动照片", "活动留存", "去掉地点和设备信息", f"{terms.CHECKIN_YEARS} 个学年"),
    ("教师姓名、平台账号、角色", "身份和权限", "不加密", "离任 3 年后删除"),
)
_ACTIONS = {
    "accesses": (Action.REVEALED, Action.LOG_READ, Action.REFUSED),
    "deletions": (Action.ERASED, Action.CONSENT_ENDED, Action.PURGED),
    "exports": (Action.EXPORTED,),
    "rights": (Action.INVITED, Action.ROLE_GIVEN, Action.ROLE_ENDED),
    "security": (Action.KEY_ROTATED, Action.CLOSED),
}


def report(db: Connection, year: int, now: datetime, paths: Sequence[str], unit: str, checked: str) -> dict[str, Any]:
    """The report as JSON knows it; `findings` is what an auditor has to look into.

    `checked`: what a walk through the audit log came to (audit_check.OK when it is whole).
    """
    first, end = (datetime(each, 1, 1, tzinfo=now.tzinfo) for each in (year, year + 1))
    found = compliance.year(db, first, end, paths)
    counts = asdict(found)
    actions = counts.pop("actions")
    groups = {name: {action.value: actions.get(action, 0) for action in group} for name, group in _ACTIONS.items()}
    fields = [dict(zip(("field", "purpose", "kept", "until"), row, strict=True)) for row in FIELDS]
    return {
        "year": year, "unit": unit, "made_at": now.isoformat(timespec="seconds"), "complete": now >= end,
        "fields": fields, **counts, **groups, "log_checked": checked,
        "findings": _findings(found, year, now, checked),
    }  # fmt: skip


def _findings(found: compliance.Year, year: int, now: datetime, checked: str) -> list[str]:
    checks = (
        (found.children_without_consent, f"{found.children_without_consent} 位有姓名的孩子没有记家长同意"),
        (found.requests_late, f"{found.requests_late} 件家长申请超过 15 个工作日才办结"),
        (found.requests.get("open"), f"{found.requests.get('open')} 件家长申请还没有办结"),
        (found.incidents_open, f"{found.incidents_open} 件泄露事件还没有结案"),
        (checked != audit_check.OK, f"审计日志：{checked}"),
        (year < now.year - YEARS_KEPT, "这一年的审计日志已过保存期，查看、导出、删除的数字不全"),
    )
    return [words for wrong, words in checks if wrong]


def text(made: dict[str, Any]) -> str:
    """The report for a phone."""
    access, gone, rights = made["accesses"], made["deletions"], made["rights"]
    lines = [
        f"{made['year']} 年个人信息合规审计：{made['unit']}{'' if made['complete'] else '（这一年还没有过完）'}",
        f"有角色的人 {made['people']}，签到 {made['checkins']} 条，照片 {made['photos']} 张",
        f"现在存有姓名的孩子 {made['children_named']} 位，其中没有记同意的 {made['children_without_consent']} 位",
        f"提名 {sum(made['nominations'].values())} 件",
        f"家长同意 {sum(made['consents'].values())} 份{_of(made['consents'])}",
        f"查看全名 {access['revealed']} 次，看审计日志 {access['log-read']} 次，越权被拒 {access['refused']} 次",
        f"导出 {made['exports']['exported']} 次",
        f"按申请删除 {gone['erased']} 位，撤回同意 {gone['consent-ended']} 份，夜间到期清理 {gone['purged']} 次",
        f"家长申请 {sum(made['requests'].values())} 件，超期 {made['requests_late']} 件",
        f"泄露事件 {made['incidents']} 件，没结案 {made['incidents_open']} 件",
        f"开邀请码 {rights['invited']} 个，给角色 {rights['role-given']} 次，结束角色 {rights['role-ended']} 次",
        f"审计日志 {made['log_rows']} 条{'，检查完好' if made['log_checked'] == audit_check.OK else ''}",
    ]
    problems = [f"· {words}" for words in made["findings"]] or ["· 没有发现要处理的"]
    return "\n".join([*lines, "要处理的", *problems])


def _of(counts: dict[str, int]) -> str:
    return f"（{'、'.join(f'{name} {count}' for name, count in counts.items())}）" if counts else ""


@command(
    "合规审计", "compliance", who=READERS, group="孩子信息", rank=50, help="看一年的个人信息合规审计", glued=ANYTHING,
    looks=".*", examples=("合规审计", "合规审计 2026"),
)  # fmt: skip
def show(ask: Ask) -> Reply:
    """The year before, or the one that is named, for the asker's part of the tree; numbers only."""
    if not ask.message.private:
        raise Refusal("合规审计请私聊我看。")
    named = _YEAR.search(ask.args)
    year = int(named[1]) if named else ask.today.year - 1
    if (ask.args and not named) or not 2020 <= year <= ask.today.year:
        raise Refusal(f"请写 {ask.today.year} 年和以前的年份，如：合规审计 {ask.today.year - 1}")
    top = places.scope(ask.me, READERS)
    at = "、".join(units.full_name(ask.db, unit) for unit in top)
    checked = key_values.get(ask.db, audit_check.CHECKED)
    words = checked.value if checked else "还没有检查过（每夜检查一次）"
    made = report(ask.db, year, ask.now, [unit.path for unit in top], at, words)
    ask.note(Action.REPORTED, top[0], what=str(year))
    return Reply(f"{text(made)}\n要交的全文（JSON）请信息技术老师导出：audit-report {year}")
