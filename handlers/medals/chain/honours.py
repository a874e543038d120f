"""For whom an honour is, as its row says: child, squad, unit or adult; whoever else is refused with an example."""

from collections.abc import Iterable

from handlers.catalogue import current
from handlers.catalogue.model import Row
from handlers.kit import Ask, Refusal, Unit
from handlers.reading import Nomination
from handlers.wording import medals
from storage.organisation.units import Kind

_HONOUR = "H:"


def check(ask: Ask, each: Nomination, unit: Unit | None = None) -> None:
    """Raises Refusal where this nominee cannot have this honour, or where it is no honour that is nominated for."""
    name = medals.label(each.medal or "")
    row, kind = _row_of(ask, name) if (each.medal or "").startswith(_HONOUR) else (None, "")
    if row is None and (of := _begun(ask, name)):
        raise Refusal(f"没有「{name}」，没有提名。{of.name}有这些：{'、'.join(of.kinds)}。请像这样发：{of.example}")
    if each.target == "adult" and (row is None or row.is_medal):
        raise Refusal("这里只提名队员、中队和大队。辅导员和志愿者的荣誉请向上级少工委或关工委申报。")
    if row is None:
        return
    if not row.is_medal:
        wanted = row.only.get(kind)
        if wanted and not any(grant.unit.kind == wanted for grant in ask.me.grants):
            raise Refusal(f"「{name}」由{wanted}来报，像这样：{_like(row, kind, each, None)}")
        raise Refusal(f"「{name}」{_whom(row, kind)}，不用「提名」。请直接这样发：{_like(row, kind, each, unit)}")
    example = f"提名 三(2)中队 {'' if kind in row.collective else '王小明 '}{name} 事迹"
    if kind in row.collective and each.name:
        raise Refusal(f"{name}评的是集体，不评个人，没有提名。像这样发：{example}")
    if kind not in row.collective and each.target == "collective":
        raise Refusal(f"{name}评的是队员个人，不评集体，没有提名。像这样发：{example}")
    wanted = row.only.get(kind)
    if wanted and unit and unit.kind != wanted:
        where = "学校大队" if wanted == Kind.SCHOOL else "三(2)中队"
        raise Refusal(f"{name}只评{wanted}，{unit.name}不是，没有提名。像这样发：提名 {where} {name} 事迹")


def _row_of(ask: Ask, name: str) -> tuple[Row | None, str]:
    """(the row that an honour is of, its kind there): 十佳学校关工委 is a kind of 十佳; of several the first."""
    for row in current.catalogue_of(ask.db).rows:
        if row.shape != "case":
            continue
        for kind in _longest_first(row.kinds):
            if name in (kind, f"{row.name}{kind}") or (name.startswith(row.name) and kind in name):
                return row, kind
        if name in (row.name, *row.words):
            return row, ""
    return None, ""


def _begun(ask: Ask, name: str) -> Row | None:
    """The row that 十佳五老 begins with and has no such kind of."""
    cases = (row for row in current.catalogue_of(ask.db).rows if row.shape == "case")
    return next((row for row in cases if name.startswith(row.name)), None)


def _longest_first(kinds: Iterable[str]) -> list[str]:
    return sorted(kinds, key=len, reverse=True)


def _whom(row: Row, kind: str) -> str:
    if wanted := row.only.get(kind):
        return f"评的是{wanted}"
    if "child" in row.subject:
        return "按中队报，不写孩子的姓名"
    return f"评的是{'、'.join(row.at)}" if kind in row.collective else "评的是老师和志愿者"


def _like(row: Row, kind: str, each: Nomination, unit: Unit | None) -> str:
    """What works when it is copied, with what was said already."""
    head = kind if kind in (row.name, *row.words) else f"{row.name} {kind}".strip()
    personal = "adult" in row.subject and kind not in row.collective
    whom = (each.name or "王建国") if personal and each.target == "adult" else "王建国" if personal else ""
    where = unit.name if unit and unit.kind in row.at and not personal else ""
    return " ".join(filter(None, (head, where, whom, each.reason or "事迹突出")))
