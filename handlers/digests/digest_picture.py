"""The digest as a picture: 800 px wide, to be read on a phone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from handlers import pictures
from handlers.digests import figures as reports
from handlers.pictures import Box
from handlers.pictures import Page as _Page
from handlers.registry import renders
from handlers.wording import numbers, weeks
from scheduling import closed_periods
from storage.digests import digests, figures
from storage.organisation import units

MOST_ACTIVITIES, MOST_NAMES = 8, 10


@renders("digest-picture")
def picture(db: Connection, values: Mapping[str, Any]) -> bytes:
    """The PNG of `unit_ids` in `week`, one below the other; `at` (ISO, may be left out) is when it was asked for."""
    at = datetime.fromisoformat(values["at"]) if "at" in values else None
    at_all = (units.by_id(db, unit_id) for unit_id in values["unit_ids"])
    week = values["week"]
    shown = [closed_periods.shown(db, of, week, at) if at else digests.report(db, of, week) for of in at_all]
    page = _Page()
    for each in shown:
        _panel(page, each, values.get("mark", ""))
    return page.png()


def _panel(page: _Page, shown: figures.Digest, mark: str) -> None:
    _header(page, shown)
    _tiles(page, shown)
    _activities(page, shown)
    _missing(page, shown)
    _medals(page, shown)
    notes = filter(None, (reports.late(shown), reports.corrected(shown), reports.corrected_before(shown)))
    for note in filter(None, (*notes, mark or "少先队辅导员助手")):
        page.grow(40)
        page.text(pictures.MARGIN, page.y, note, page.fitting(note, 22, pictures.INNER), pictures.SOFT)
        page.down(34)
    page.down(28)


def _header(page: _Page, shown: figures.Digest) -> None:
    page.grow(180)
    page.box((0, page.y, pictures.WIDTH, page.y + 180), 0, pictures.RED)
    page.text(
        pictures.MARGIN, page.y + 24, shown.title, page.fitting(shown.title, 46, pictures.INNER), "#FFFFFF", bold=True
    )
    when = f"{weeks.week_name(shown.week)}周报 · {weeks.week_days(shown.week)}"
    page.text(pictures.MARGIN, page.y + 94, when, 26, "#F9E3DC")
    page.text(pictures.MARGIN, page.y + 136, reports.stamp(shown), 22, "#F3D3CA")
    page.down(180 + 28)


def _tiles(page: _Page, shown: figures.Digest) -> None:
    before, heads = shown.previous, shown.attendance
    changes: list[float | None] = [
        shown.events - before.events,
        shown.squads_covered - before.squads_covered,
        heads.attended - before.attended,
        numbers.points(heads.rate, before.rate),
    ]
    values = [str(shown.events), f"{shown.squads_covered}/{shown.squads_due}", str(heads.attended)]
    tiles = zip(
        ("活动（场）", "签到中队", "参加（人次）", "到场率"), [*values, numbers.rate(heads.rate)], changes, strict=True
    )
    wide, high = (pictures.INNER - pictures.GAP) // 2, 158
    compared = before.events and not reports.running(shown)
    page.grow(2 * high + pictures.GAP)
    for place, (label, value, by) in enumerate(tiles):
        left, top = pictures.MARGIN + place % 2 * (wide + pictures.GAP), page.y + place // 2 * (high + pictures.GAP)
        _tile(page, (left, top, left + wide, top + high), label, value, by if compared else None)
        if place == 1 and shown.squads_due:
            track = (left + 24, top + high - 20, left + wide - 24, top + high - 10)
            page.bar(track, shown.squads_covered / shown.squads_due)
    page.down(2 * high + pictures.GAP + 36)


def _tile(page: _Page, box: Box, label: str, value: str, by: float | None) -> None:
    left, top, right, _ = box
    page.box(box, 18, pictures.CARD)
    page.text(left + 24, top + 18, label, 24, pictures.SOFT)
    page.text(left + 24, top + 50, value, page.fitting(value, 58, right - left - 160), pictures.INK, bold=True)
    if by is not None:
        colour = pictures.BETTER if by > 0 else pictures.WORSE if by < 0 else pictures.SOFT
        page.text(right - 24, top + 76, numbers.change(by), 26, colour, anchor="ra")
        page.text(right - 24, top + 18, "比前一周", 22, pictures.SOFT, anchor="ra")


def _activities(page: _Page, shown: figures.Digest) -> None:
    if not shown.by_activity:
        return
    page.heading("按活动")
    most = max(each.events for each in shown.by_activity)
    for each in shown.by_activity[:MOST_ACTIVITIES]:
        page.grow(66)
        page.text(pictures.MARGIN, page.y, each.activity, 26, pictures.INK)
        squads = f"{each.squads} 个中队 · " if each.squads else ""
        told = f"{each.events} 场 · {squads}{each.attended} 人次"
        page.text(pictures.WIDTH - pictures.MARGIN, page.y + 2, told, 24, pictures.SOFT, anchor="ra")
        page.bar((pictures.MARGIN, page.y + 42, pictures.WIDTH - pictures.MARGIN, page.y + 52), each.events / most)
        page.down(66)
    rest = shown.by_activity[MOST_ACTIVITIES:]
    if rest:
        page.text(
            pictures.MARGIN, page.y, f"其他 {len(rest)} 类 {sum(each.events for each in rest)} 场", 24, pictures.SOFT
        )
        page.down(44)
    page.down(20)


def _missing(page: _Page, shown: figures.Digest) -> None:
    if not shown.squads_due:
        return
    page.heading(f"未签到 {len(shown.missing)} 个中队" if shown.missing else "中队全部签到")
    names = list(shown.missing[:MOST_NAMES])
    if len(shown.missing) > MOST_NAMES:
        names.append(f"等 {len(shown.missing)} 个")
    page.chips(names)
    page.down(20)


def _medals(page: _Page, shown: figures.Digest) -> None:
    told = reports.medals(shown)
    if told:
        page.heading("奖章提名")
        page.chips(told)
        page.down(20)
    _funnel(page, shown)


def _funnel(page: _Page, shown: figures.Digest) -> None:
    """How many stars of the school year have come how far: each bar is a part of the one above."""
    stages = reports.funnel(shown)
    if not stages:
        return
    page.heading("星级章 · 本学年")
    most = max(stages[0][1], 1)
    for word, count in stages:
        page.grow(52)
        page.text(pictures.MARGIN, page.y, word, 26, pictures.INK)
        page.bar((pictures.MARGIN + 90, page.y + 10, pictures.WIDTH - pictures.MARGIN - 110, page.y + 26), count / most)
        page.text(pictures.WIDTH - pictures.MARGIN, page.y + 2, str(count), 24, pictures.SOFT, anchor="ra")
        page.down(52)
    page.down(20)
