"""The digest as a picture: 800 px wide, to be read on a phone; of a week or of longer."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from handlers import pictures
from handlers.digests.period.figures import earlier
from handlers.digests.tables import contents, picture_parts
from handlers.digests.tables.recipe import shown_of
from handlers.digests.week import phrases
from handlers.pictures import Page
from handlers.registry import renders
from handlers.wording import numbers
from storage.digests import figures

_HIGH, _HEADER = 158, 180


@renders("digest-picture")
def picture(db: Connection, values: Mapping[str, Any]) -> bytes:
    """The PNG of `unit_ids` in `week`, or from `first` to `last`, one below the other; `at` (ISO): as of when."""
    page = Page()
    for unit_id in values["unit_ids"]:
        _panel(db, page, shown_of(db, unit_id, values), values.get("mark", ""))
    return page.png()


def _panel(db: Connection, page: Page, one: contents.Shown, mark: str) -> None:
    _header(page, one)
    _tiles(page, one.digest, _before(db, one))
    picture_parts.draw(db, page, one)
    for note in filter(None, (*_notes(one.digest), mark or "少先队辅导员助手")):
        page.grow(40)
        page.text(pictures.MARGIN, page.y, note, page.fitting(note, 22, pictures.INNER), pictures.SOFT)
        page.down(34)
    page.down(28)


def _notes(of: contents.Figures) -> Sequence[str]:
    if not isinstance(of, figures.Digest):
        return ()
    return phrases.late(of), phrases.corrected(of), phrases.corrected_before(of)


def _header(page: Page, one: contents.Shown) -> None:
    page.grow(_HEADER)
    page.box((0, page.y, pictures.WIDTH, page.y + _HEADER), 0, pictures.RED)
    size = page.fitting(one.title, 46, pictures.INNER)
    page.text(pictures.MARGIN, page.y + 24, one.title, size, pictures.WHITE, bold=True)
    page.text(pictures.MARGIN, page.y + 94, f"{one.called} · {one.days}", 26, pictures.PINK)
    page.text(pictures.MARGIN, page.y + 136, one.stamp, 22, pictures.ROSE)
    page.down(_HEADER + 28)


def _before(db: Connection, one: contents.Shown) -> tuple[str, figures.Previous | None]:
    """What the period is compared with, and how that is called; None: nothing, since it still runs or had no event."""
    if isinstance(one.digest, figures.Digest):
        found, name = (None if phrases.running(one.digest) else one.digest.previous), "前一周"
    else:
        name, then = earlier(db, one.unit, one.span, one.now.date())
        heads = then.attendance
        found = figures.Previous("", then.events, then.squads_covered, heads.attended, heads.rate)
    return f"比{name}", found if found and found.events else None


def _tiles(page: Page, of: contents.Figures, compared: tuple[str, figures.Previous | None]) -> None:
    heads, (name, before) = of.attendance, compared
    changes: list[float | None] = [None] * 4
    if before:
        changes = [
            of.events - before.events, of.squads_covered - before.squads_covered, heads.attended - before.attended,
            numbers.points(heads.rate, before.rate),
        ]  # fmt: skip
    values = [str(of.events), f"{of.squads_covered}/{of.squads_due}", str(heads.attended), numbers.rate(heads.rate)]
    rate = f"到场率（{heads.rated} 条）" if heads.rated else "到场率"
    wide = (pictures.INNER - pictures.GAP) // 2
    page.grow(2 * _HIGH + pictures.GAP)
    for place, (label, value) in enumerate(zip(("活动（场）", "签到中队", "参加（人次）", rate), values, strict=True)):
        left, top = pictures.MARGIN + place % 2 * (wide + pictures.GAP), page.y + place // 2 * (_HIGH + pictures.GAP)
        _tile(page, (left, top, left + wide, top + _HIGH), label, value, changes[place], name)
        if place == 1 and of.squads_due:
            track = (left + 24, top + _HIGH - 20, left + wide - 24, top + _HIGH - 10)
            page.bar(track, of.squads_covered / of.squads_due)
    page.down(2 * _HIGH + pictures.GAP + 36)


def _tile(page: Page, box: pictures.Box, label: str, value: str, by: float | None, than: str) -> None:
    left, top, right, _ = box
    page.box(box, 18, pictures.CARD)
    page.text(left + 24, top + 18, label, 24, pictures.SOFT)
    page.text(left + 24, top + 50, value, page.fitting(value, 58, right - left - 160), pictures.INK, bold=True)
    if by is not None:
        colour = pictures.BETTER if by > 0 else pictures.WORSE if by < 0 else pictures.SOFT
        page.text(right - 24, top + 76, numbers.change(by), 26, colour, anchor="ra")
        page.text(right - 24, top + 18, than, page.fitting(than, 22, 170), pictures.SOFT, anchor="ra")
