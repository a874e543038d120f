"""Which schools go up, and that they do."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from handlers.kit import Refusal
from handlers.roster import promotion
from storage.audit import audit
from storage.roster import promotion as stored

MOST_SCHOOLS = 200
_GRADES = "零一二三四五六七八九"


def plan(db: Connection, paths: Sequence[str], year: int) -> list[promotion.Promotion]:
    """What is to be done in these subtrees; raises Refusal for more than one message's time."""
    schools = stored.schools(db, paths, year)
    if len(schools) > MOST_SCHOOLS:
        words = "请由各区县来做，或请信息技术老师在机器上运行：python -m bot promote"
        raise Refusal(f"有 {len(schools)} 所学校要升级，太多了。{words}")
    return promotion.promote(schools, stored.classes(db, schools), year)


def carry_out(db: Connection, planned: Sequence[promotion.Promotion], now: datetime) -> list[promotion.Promotion]:
    """Do what can be done; returns that."""
    able = [each for each in planned if each.possible]
    if able:
        up, leaving = [step for each in able for step in each.up], [step for each in able for step in each.leaving]
        day = promotion.counts_from(now.date())
        for each in able:
            audit.note(
                db, audit.Action.PROMOTED, now, unit_id=each.school.id, subject=f"unit:{each.school.id}", year=each.year
            )
        stored.write(db, able[0].year, [each.school for each in able], up, leaving, now, day)
    return able


def grade_word(grade: int) -> str:
    """三年级."""
    return f"{_GRADES[grade]}年级"


def done_words(done: Sequence[promotion.Promotion]) -> str:
    """What was done, or why nothing could be."""
    if not done:
        return "还不能升级。发「升级」看要先做什么。"
    which = done[0].school.name if len(done) == 1 else f"{len(done)} 所学校"
    return f"{which}已升到 {done[0].year} 学年：{promotion.counted(done)}。以前的周报不变。"
