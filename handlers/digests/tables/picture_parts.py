"""The sections of a digest's picture below its totals: activities, schools, eight weeks, who is missing, medals."""

from sqlalchemy import Connection

from handlers import pictures
from handlers.digests import stars
from handlers.digests.page import content
from handlers.digests.tables.contents import Shown
from handlers.digests.week import phrases
from handlers.pictures import Page
from handlers.wording import numbers, weeks
from storage.digests import figures, funnel
from storage.digests.funnel import Star

MOST_ACTIVITIES, MOST_NAMES, MOST_SCHOOLS = 8, 10, 8
_LEFT, _RIGHT = pictures.MARGIN, pictures.WIDTH - pictures.MARGIN
_COLUMNS_HIGH = 120


def draw(db: Connection, page: Page, one: Shown) -> None:
    """All of which there is something to say."""
    _activities(page, one)
    _schools(page, one)
    _trend(page, one, content.trend(db, one))
    _missing(page, one)
    if isinstance(one.digest, figures.Digest):
        told = phrases.medals(one.digest)
        if told:
            page.heading("奖章提名")
            page.chips(told)
            page.down(20)
        _funnel(page, one.digest.stars, "本学年")
    elif one.label:
        _funnel(page, funnel.of_days(db, one.unit, one.first, one.last, one.now.tzinfo), one.name)


def _row(page: Page, name: str, told: str, share: float) -> None:
    """A name, what is said of it, and a bar below both."""
    page.grow(66)
    page.text(_LEFT, page.y, name, page.fitting(name, 26, pictures.INNER - 450), pictures.INK)
    page.text(_RIGHT, page.y + 2, told, page.fitting(told, 24, 430), pictures.SOFT, anchor="ra")
    page.bar((_LEFT, page.y + 42, _RIGHT, page.y + 52), share)
    page.down(66)


def _rest(page: Page, words: str) -> None:
    page.grow(44)
    page.text(_LEFT, page.y, words, 24, pictures.SOFT)
    page.down(44)


def _activities(page: Page, one: Shown) -> None:
    found = one.digest.by_activity
    if not found:
        return
    page.heading("按活动")
    most = max(each.events for each in found)
    for each in found[:MOST_ACTIVITIES]:
        squads = f"{each.squads} 个中队 · " if each.squads else ""
        rate = "" if each.rate is None else f" · 到场 {numbers.rate(each.rate)}"
        _row(page, each.activity, f"{each.events} 场 · {squads}{each.attended} 人次{rate}", each.events / most)
    if rest := found[MOST_ACTIVITIES:]:
        _rest(page, f"其他 {len(rest)} 类 {sum(each.events for each in rest)} 场")
    page.down(20)


def _schools(page: Page, one: Shown) -> None:
    """Which part of their squads has reported, the lowest first."""
    found = [each for each in one.digest.schools if each.due]
    if len(found) < 2:
        return
    page.heading("各校签到（少的在前）")
    for each in found[:MOST_SCHOOLS]:
        told = f"{each.covered}/{each.due} · {numbers.share(each.covered, each.due)}"
        _row(page, each.name, told, each.covered / each.due)
    if rest := found[MOST_SCHOOLS:]:
        _rest(page, f"另有 {len(rest)} 所")
    page.down(20)


def _trend(page: Page, one: Shown, found: list[figures.Previous]) -> None:
    """A column a week, as high as its 人次; of a squad with its Monday below, of others with its number."""
    most = max((each.attended for each in found), default=0)
    if sum(bool(each.events) for each in found) < 2:
        return
    # Beside a digest that was closed before what came late.
    page.heading("近八周人次（按现在的记录）")
    page.grow(_COLUMNS_HIGH + 90)
    step = pictures.INNER // len(found)
    for place, each in enumerate(found):
        left, foot = _LEFT + place * step + step // 6, page.y + 30 + _COLUMNS_HIGH
        high = max(round(_COLUMNS_HIGH * each.attended / most), 4)
        page.box((left, foot - high, left + 2 * step // 3, foot), 4, pictures.BAR)
        middle = left + step // 3
        page.text(middle, foot - high - 28, str(each.attended), 20, pictures.SOFT, anchor="ma")
        page.text(
            middle, foot + 10, weeks.name_of(each.week, one.unit).partition("–")[0], 20, pictures.SOFT, anchor="ma"
        )
    page.down(_COLUMNS_HIGH + 90)


def _missing(page: Page, one: Shown) -> None:
    of, count = one.digest, one.digest.squads_missing
    if not of.squads_due:
        return
    page.heading(f"未签到 {count} 个中队" if count else "中队全部签到")
    # One more than the most is named as well: that is as short.
    names = list(of.missing[: MOST_NAMES + (count == MOST_NAMES + 1)])
    if count > len(names):
        names.append(f"等 {count} 个")
    page.chips(names)
    page.down(20)


def _funnel(page: Page, of: tuple[Star, ...], when: str) -> None:
    """How many stars have come how far: each bar is a part of the one above."""
    stages = stars.stages(of)
    if not stages:
        return
    page.heading(f"星级章 · {when}")
    most = max(stages[0][1], 1)
    for word, count in stages:
        page.grow(52)
        page.text(_LEFT, page.y, word, 26, pictures.INK)
        page.bar((_LEFT + 90, page.y + 10, _RIGHT - 110, page.y + 26), count / most)
        page.text(_RIGHT, page.y + 2, str(count), 24, pictures.SOFT, anchor="ra")
        page.down(52)
    page.down(20)
