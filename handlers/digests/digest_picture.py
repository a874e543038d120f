"""The digest as a picture: 800 px wide, to be read on a phone."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from handlers.digests import figures as reports
from handlers.registry import renders
from handlers.wording import numbers, weeks
from scheduling import closed_periods
from storage.digests import digests, figures
from storage.organisation import units

if TYPE_CHECKING:
    from PIL import Image, ImageFont

FONT = Path(__file__).parent / "font" / "NotoSansSC-GBK.otf"
WIDTH, MARGIN, GAP = 800, 40, 20
INNER = WIDTH - 2 * MARGIN
PAPER, CARD, INK, SOFT = "#FAF6F0", "#FFFFFF", "#2B2622", "#6F665E"
RED, BAR, TRACK, CHIP = "#B93A2E", "#DB8A74", "#F1E8DE", "#F6EBDD"
BETTER, WORSE = "#2F7D5B", "#A8642B"
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


def _panel(page: "_Page", shown: figures.Digest, mark: str) -> None:
    _header(page, shown)
    _tiles(page, shown)
    _activities(page, shown)
    _missing(page, shown)
    _medals(page, shown)
    notes = filter(None, (reports.late(shown), reports.corrected(shown), reports.corrected_before(shown)))
    for note in filter(None, (*notes, mark or "少先队辅导员助手")):
        page.grow(40)
        page.text(MARGIN, page.y, note, page.fitting(note, 22, INNER), SOFT)
        page.down(34)
    page.down(28)


def _header(page: "_Page", shown: figures.Digest) -> None:
    page.grow(180)
    page.box((0, page.y, WIDTH, page.y + 180), 0, RED)
    page.text(MARGIN, page.y + 24, shown.title, page.fitting(shown.title, 46, INNER), "#FFFFFF", bold=True)
    when = f"{weeks.week_name(shown.week)} · {weeks.week_days(shown.week)}"
    page.text(MARGIN, page.y + 94, when, 26, "#F9E3DC")
    page.text(MARGIN, page.y + 136, reports.stamp(shown), 22, "#F3D3CA")
    page.down(180 + 28)


def _tiles(page: "_Page", shown: figures.Digest) -> None:
    before, heads = shown.previous, shown.attendance
    changes: list[float | None] = [
        shown.events - before.events,
        shown.squads_covered - before.squads_covered,
        heads.attended - before.attended,
        numbers.points(heads.rate, before.rate),
    ]
    values = [str(shown.events), f"{shown.squads_covered}/{shown.squads_due}", str(heads.attended)]
    tiles = zip(
        ("活动(场)", "签到中队", "参加(人次)", "到场率"), [*values, numbers.rate(heads.rate)], changes, strict=True
    )
    wide, high = (INNER - GAP) // 2, 158
    compared = before.events and not reports.running(shown)
    page.grow(2 * high + GAP)
    for place, (label, value, by) in enumerate(tiles):
        left, top = MARGIN + place % 2 * (wide + GAP), page.y + place // 2 * (high + GAP)
        _tile(page, (left, top, left + wide, top + high), label, value, by if compared else None)
        if place == 1 and shown.squads_due:
            track = (left + 24, top + high - 20, left + wide - 24, top + high - 10)
            page.bar(track, shown.squads_covered / shown.squads_due)
    page.down(2 * high + GAP + 36)


def _tile(page: "_Page", box: "_Box", label: str, value: str, by: float | None) -> None:
    left, top, right, _ = box
    page.box(box, 18, CARD)
    page.text(left + 24, top + 18, label, 24, SOFT)
    page.text(left + 24, top + 50, value, page.fitting(value, 58, right - left - 160), INK, bold=True)
    if by is not None:
        colour = BETTER if by > 0 else WORSE if by < 0 else SOFT
        page.text(right - 24, top + 76, numbers.change(by), 26, colour, anchor="ra")
        page.text(right - 24, top + 18, "比前一周", 22, SOFT, anchor="ra")


def _activities(page: "_Page", shown: figures.Digest) -> None:
    if not shown.by_activity:
        return
    page.heading("按活动")
    most = max(each.events for each in shown.by_activity)
    for each in shown.by_activity[:MOST_ACTIVITIES]:
        page.grow(66)
        page.text(MARGIN, page.y, each.activity, 26, INK)
        squads = f"{each.squads} 个中队 · " if each.squads else ""
        told = f"{each.events} 场 · {squads}{each.attended} 人次"
        page.text(WIDTH - MARGIN, page.y + 2, told, 24, SOFT, anchor="ra")
        page.bar((MARGIN, page.y + 42, WIDTH - MARGIN, page.y + 52), each.events / most)
        page.down(66)
    rest = shown.by_activity[MOST_ACTIVITIES:]
    if rest:
        page.text(MARGIN, page.y, f"其他 {len(rest)} 类 {sum(each.events for each in rest)} 场", 24, SOFT)
        page.down(44)
    page.down(20)


def _missing(page: "_Page", shown: figures.Digest) -> None:
    if not shown.squads_due:
        return
    page.heading(f"未签到 {len(shown.missing)} 个中队" if shown.missing else "中队全部签到")
    names = list(shown.missing[:MOST_NAMES])
    if len(shown.missing) > MOST_NAMES:
        names.append(f"等 {len(shown.missing)} 个")
    page.chips(names)
    page.down(20)


def _medals(page: "_Page", shown: figures.Digest) -> None:
    told = reports.medals(shown)
    if told:
        page.heading("奖章提名")
        page.chips(told)
        page.down(20)
    _funnel(page, shown)


def _funnel(page: "_Page", shown: figures.Digest) -> None:
    """How many stars of the school year have come how far: each bar is a part of the one above."""
    stages = reports.funnel(shown)
    if not stages:
        return
    page.heading("星级章 · 本学年")
    most = max(stages[0][1], 1)
    for word, count in stages:
        page.grow(52)
        page.text(MARGIN, page.y, word, 26, INK)
        page.bar((MARGIN + 90, page.y + 10, WIDTH - MARGIN - 110, page.y + 26), count / most)
        page.text(WIDTH - MARGIN, page.y + 2, str(count), 24, SOFT, anchor="ra")
        page.down(52)
    page.down(20)


_Box = tuple[int, int, int, int]


class _Page:
    """A sheet that grows downwards; `y` is where the next thing goes."""

    def __init__(self) -> None:
        from PIL import Image, ImageDraw

        self._image = Image.new("RGB", (WIDTH, 1600), PAPER)
        self._draw = ImageDraw.Draw(self._image)
        self.y = 0

    def grow(self, by: int) -> None:
        """Make sure that `by` more pixels fit below `y`, and some to spare."""
        from PIL import Image, ImageDraw

        if self.y + by + 100 > self._image.height:
            larger = Image.new("RGB", (WIDTH, 2 * self._image.height + by), PAPER)
            larger.paste(self._image)
            self._image, self._draw = larger, ImageDraw.Draw(larger)

    def down(self, by: int) -> None:
        """Go on `by` pixels further down."""
        self.grow(by)
        self.y += by

    def text(
        self, x: int, y: int, words: str, size: int, colour: str, *, bold: bool = False, anchor: str = "la"
    ) -> None:
        """Write one line; there is one weight of the font, so bold is a thin outline."""
        outline = size / 60 if bold else 0
        self._draw.text((x, y), words, colour, _font(size), anchor, stroke_width=outline)

    def fitting(self, words: str, size: int, width: int) -> int:
        """The largest size up to `size` in which the words are no wider than `width`."""
        while size > 20 and _font(size).getlength(words) > width:
            size -= 2
        return size

    def box(self, box: _Box, radius: int, colour: str) -> None:
        """A filled box with smooth round corners."""
        self._image.paste(colour, box, _mask(box[2] - box[0], box[3] - box[1], radius))

    def bar(self, box: _Box, share: float) -> None:
        """A track of which `share` (0 to 1) is filled."""
        left, top, right, bottom = box
        radius = (bottom - top) // 2
        self.box(box, radius, TRACK)
        filled = round((right - left) * min(share, 1))
        if filled:
            self.box((left, top, left + max(filled, bottom - top), bottom), radius, BAR)

    def heading(self, words: str) -> None:
        """The title of a section."""
        self.grow(58)
        self.box((MARGIN, self.y + 8, MARGIN + 6, self.y + 36), 3, RED)
        self.text(MARGIN + 18, self.y, words, 28, INK, bold=True)
        self.down(58)

    def chips(self, names: Sequence[str]) -> None:
        """Small boxes with a word each, as many a line as fit."""
        x = MARGIN
        for name in names:
            size = self.fitting(name, 24, INNER - 36)
            wide = round(_font(size).getlength(name)) + 36
            if x > MARGIN and x + wide > WIDTH - MARGIN:
                x = MARGIN
                self.down(60)
            self.grow(60)
            self.box((x, self.y, x + wide, self.y + 48), 24, CHIP)
            self.text(x + 18, self.y + 24, name, size, INK, anchor="lm")
            x += wide + 12
        self.down(60 if names else 0)

    def png(self) -> bytes:
        """What was drawn, cut off below the last thing."""
        out = io.BytesIO()
        self._image.crop((0, 0, WIDTH, max(self.y, 1))).save(out, "PNG")
        return out.getvalue()


@lru_cache(maxsize=32)
def _font(size: int) -> "ImageFont.FreeTypeFont":
    from PIL import ImageFont

    # The basic layout is there on every machine, so the same data gives the same picture everywhere.
    return ImageFont.truetype(str(FONT), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=64)
def _mask(width: int, height: int, radius: int) -> "Image.Image":
    """A box with round corners; only the corners are drawn large and reduced, which makes them smooth."""
    from PIL import Image, ImageDraw

    mask = Image.new("L", (width, height), 255)
    side = min(radius, width // 2, height // 2)
    if side:
        large = Image.new("L", (8 * side, 8 * side))
        ImageDraw.Draw(large).ellipse((0, 0, 8 * side - 1, 8 * side - 1), 255)
        disc = large.resize((2 * side, 2 * side), Image.Resampling.LANCZOS)
        for x in (0, 1):
            for y in (0, 1):
                corner = disc.crop((x * side, y * side, (x + 1) * side, (y + 1) * side))
                mask.paste(corner, (x * (width - side), y * (height - side)))
    return mask
