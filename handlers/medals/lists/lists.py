"""公示名单, 证书名单, 颁章名单, 上传名单: who gets a medal, as text and workbook; in private, and never on Telegram."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from handlers.kit import Ask, File, Refusal, Reply, Unit
from handlers.medals.awards import eligibility
from handlers.medals.lists import columns, readers, workbook
from handlers.registry import command
from handlers.wording import medals, places
from storage.medals import lists
from storage.medals.states import State
from storage.organisation import units

_MASK = re.compile(r"脱敏|打码|隐名|隐去姓名|不显示(?:全)?名")
# Of a longer list the file has the names.
_MOST_NAMED = 60
_NOT_HERE = "名单里有孩子的姓名，只在企业微信或演练页面的私聊里给，群里和 Telegram 上不给。请到那里私聊我发。"


@dataclass(frozen=True, slots=True)
class _List:
    """What a list is called, whom it has, and its columns; `waiting`: without whom it was handed to already."""

    word: str
    states: tuple[State, ...]
    columns: Sequence[str] = ()
    waiting: bool = False
    this_year: bool = False


_NOTICE = _List("公示名单", (State.NOTICE, State.OBJECTION), columns.NOTICE)
_CERTIFICATE = _List("证书名单", (State.APPROVED,), columns.CERTIFICATE, this_year=True)
_CEREMONY = _List("颁章名单", (State.APPROVED,), columns.CEREMONY, waiting=True)
_REGISTRY = _List("上传名单", (State.APPROVED,), this_year=True)


@command(
    "公示名单", "导出 公示名单", "导出公示名单", who=readers.READERS, group="奖章",
    rank=48, exports=True, help="公示的名单（文字和 Excel），可以脱敏",
    snapshot=True, examples=("公示名单 一星章 核对名单", "公示名单 一星章 脱敏 汇总上报"),
)  # fmt: skip
def notice(ask: Ask) -> Reply:
    """Who is about to be awarded: name, school and squad, nothing else."""
    return _listed(ask, _NOTICE)


@command(
    "证书名单", "导出 证书名单", "导出证书名单", "奖状名单", who=readers.READERS, group="奖章",
    rank=49, exports=True, help="打印证书用的名单（Excel）",
    snapshot=True, examples=("证书名单 一星章 其他用途",),
)  # fmt: skip
def certificates(ask: Ask) -> Reply:
    """Who was awarded this school year, with what stands on a certificate."""
    return _listed(ask, _CERTIFICATE)


@command(
    "颁章名单", "导出 颁章名单", "导出颁章名单", "颁奖名单", "颁发名单", who=readers.READERS, group="奖章",
    rank=50, exports=True, help="颁章仪式用的名单，按中队（Excel）",
    snapshot=True, examples=("颁章名单 三(2) 核对名单", "颁章名单 一星章 核对名单"),
)  # fmt: skip
def ceremony(ask: Ask) -> Reply:
    """Who is still to be handed a medal, squad by squad."""
    return _listed(ask, _CEREMONY)


@command(
    "上传名单", "导出 上传名单", "导出上传名单", who=readers.READERS, group="奖章",
    rank=51, exports=True, help="上传平台用的名单，列可以自己定",
    snapshot=True, examples=("上传名单 一星章 汇总上报",),
)  # fmt: skip
def registry(ask: Ask) -> Reply:
    """Who was awarded this school year, in the columns that the official registry takes."""
    return _listed(ask, _REGISTRY)


def _listed(ask: Ask, kind: _List) -> Reply:
    if not ask.may_name:
        raise Refusal(_NOT_HERE)
    words, mask = _MASK.sub(" ", ask.args), bool(_MASK.search(ask.args))
    named, rest = medals.found_in(ask, words)
    collective = True if "集体" in rest else False if "个人" in rest else None
    rest = re.sub(r"集体|个人", " ", rest).strip()
    at = places.chosen(
        ask, readers.READERS, rest, kind.word, f"{' '.join(medals.label(each.code or '') for each in named)} {{}}"
    )
    codes = readers.allowed(ask, at, [each.code for each in named if each.code])
    values: dict[str, Any] = {
        "unit_ids": [unit.id for unit in at], "at": ask.now.isoformat(), "states": kind.states, "medals": codes,
        "terms": eligibility.year_terms(ask) if kind.this_year else [], "collective": collective, "mask": mask,
        "waiting": kind.waiting, "title": kind.word, "ceremony": kind is _CEREMONY, "upload": kind is _REGISTRY,
        "columns": columns.chosen(ask.db, at[0]) if kind is _REGISTRY else columns.plain(kind.columns),
    }  # fmt: skip
    counted = lists.counts(ask.db, workbook.wanted([unit.path for unit in at], values))
    count = sum(number for *_, number in counted)
    if not count or count > workbook.MOST_ROWS:
        raise Refusal(f"有 {count} 件，太多了，请按下级单位分开要。" if count else f"{kind.word}：现在没有要列的。")
    title = units.full_name(ask.db, at[0])
    said = "，".join(f"{'集体' if whole else ''}{medals.label(medal)} {number}" for medal, whole, number in counted)
    lines = [f"{title}{kind.word}：{said}", *(_names(ask, at, values, count) if kind is _NOTICE else ())]
    return Reply("\n".join(lines), file=File(f"{kind.word}-{title}.xlsx", "medal-list", values, children=True))


def _names(ask: Ask, at: Sequence[Unit], values: dict[str, Any], count: int) -> list[str]:
    """三(2)中队：王小明、李小红, as the text that is hung out."""
    if count > _MOST_NAMED:
        return ["名单见文件。"]
    lines: dict[str, list[str]] = {}
    for one in lists.entries(ask.db, ask.vault, workbook.wanted([unit.path for unit in at], values), count):
        school = "" if at[0].school_id else one.school
        medal, name = medals.label(one.medal), columns.name_of(one, values["mask"])
        head = f"{school}{one.unit} {medal}" if name else f"{school}集体{medal}"
        lines.setdefault(head, []).append(name or columns.collective(one))
    return [f"{head}：{'、'.join(names)}" for head, names in lines.items()]
