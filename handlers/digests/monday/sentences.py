"""The three sentences of a closed week or month: what changed, who deserves praise, what is due; by rule."""

from collections.abc import Sequence

from sqlalchemy import Connection

from handlers.kit import Unit
from handlers.wording import numbers
from handlers.wording.lines import Line
from storage.digests import digests
from storage.digests.figures import Digest, Part
from storage.digests.periods import Period

MOST_DUE = 3


def three(db: Connection, of: Unit, shown: Digest, compared: str, found: Sequence[Line]) -> list[str]:
    """变化, 点赞, 要办; `compared` is the line that sets the week beside the one before, `found` are its reports."""
    return [
        f"变化：{compared or '和上一周一样，没有活动'}",
        f"点赞：{_praise(db, of, shown)}",
        f"要办：{_due(_silent(shown), found)}",
    ]


def of_period(shown: Period, compared: str, found: Sequence[Line]) -> list[str]:
    """The same of a closed month, term or year; `compared` sets it beside the one before."""
    best, told = digests.best_schools(shown.schools) if len(shown.schools) > 1 else (), []
    if compared:
        told.append(f"变化：{compared}")
    if best:
        told.append(f"点赞：{_schools(best, shown.schools, '有活动')}")
    silent = f"{shown.squads_missing} 个中队一次也没报" if shown.squads_missing and shown.squads_due > 1 else ""
    return [*told, f"要办：{_due(silent, found)}"]


def _praise(db: Connection, of: Unit, shown: Digest) -> str:
    best = digests.best(db, of, shown)
    if not best:
        return "已签到，谢谢老师" if shown.squads_covered else "这一周还没有可以表扬的，先把活动办起来"
    said = _schools(best, shown.schools, "签到") if len(shown.schools) > 1 else f"{_named(best)}，这一周活动最多"
    return f"{said}（发「写感谢」替您拟一段话）"


def _schools(best: Sequence[Part], schools: Sequence[Part], did: str) -> str:
    whole = sum(each.due > 0 and each.covered == each.due for each in schools)
    if whole:
        share = f"{f'等 {whole} 所学校' if whole > len(best) else ''}的中队全部{did}"
    elif len(best) > 1:
        share = f"都有 {numbers.share(best[0].covered, best[0].due)} 的中队{did}，走在前面"
    else:
        share = f" {best[0].covered}/{best[0].due} 个中队{did}，走在前面"
    return f"{_named(best)}{share}"


def _named(best: Sequence[Part]) -> str:
    return "、".join(each.name for each in best)


def _silent(shown: Digest) -> str:
    if not shown.squads_missing:
        return ""
    return f"{shown.squads_missing} 个中队没签到" if shown.squads_due > 1 else "补上这一周的签到"


def _due(silent: str, found: Sequence[Line]) -> str:
    owed = [f"{each.row.name}还差 {len(each.missing)} 个单位" for each in found if each.missing]
    told = [silent] if silent else []
    told += owed[:MOST_DUE] + ([f"另有 {len(owed) - MOST_DUE} 项"] if len(owed) > MOST_DUE else [])
    return "；".join(told) or "没有欠的"
