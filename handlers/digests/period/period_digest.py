"""月报, 学期报, 年报, 从 … 到 …: what happened in any period in the asker's part of the tree, school by school."""

from collections.abc import Sequence

from sqlalchemy import Connection

from handlers.digests import files, readers
from handlers.digests.page import link
from handlers.digests.period import figures, wording
from handlers.kit import Ask, Button, Reply, Unit
from handlers.registry import ANYTHING, command
from handlers.wording import periods, places
from scheduling import spans
from storage.organisation import history, units

MOST_BUTTONS = 4


@command(
    "月报", "month", who=readers.READERS, group="周报", rank=20, help="看一个月的情况", glued=ANYTHING, in_groups=True,
    snapshot=True, exports=True, examples=("月报", "月报 上月", "月报 3月"),
)  # fmt: skip
def month(ask: Ask) -> Sequence[Reply]:
    """The figures of this month, or of the period that is named."""
    return _default(ask, "month")


@command(
    "学期报", "term", who=readers.READERS, group="周报", rank=21, help="看一个学期的情况", glued=ANYTHING,
    in_groups=True, snapshot=True, exports=True, examples=("学期报", "学期报 上学期"),
)  # fmt: skip
def term(ask: Ask) -> Sequence[Reply]:
    """The same of this term."""
    return _default(ask, "term")


@command(
    "年报", "year", who=readers.READERS, group="周报", rank=22, help="看一年的情况", glued=ANYTHING, in_groups=True,
    snapshot=True, exports=True, examples=("年报", "年报 2025年", "年报 2025学年"),
)  # fmt: skip
def year(ask: Ask) -> Sequence[Reply]:
    """The same of this year."""
    return _default(ask, "year")


def _default(ask: Ask, kind: str) -> Sequence[Reply]:
    span, words = periods.longer(ask.args, ask.today)
    return of_span(ask, span or periods.named(spans.label_of(kind, ask.today), ask.today), words)


def of_span(ask: Ask, span: periods.Span, words: str) -> Sequence[Reply]:
    """The digest of a period for each unit of the asker, or for the one below them that the words name."""
    if link.PAGE in (said := words.split()):
        return link.pointed_at(" ".join([span.words, *(word for word in said if word != link.PAGE)]))
    form, words = files.form_in(words)
    at = places.chosen(ask, readers.READERS, words, "周报", f"{span.words} {{}}")
    if form:
        return files.replies(ask, form, at, span)
    # What the messages before this one in the same transaction reported belongs to it.
    ask.rollups.flush(ask.db)
    return [_reply(ask, span, unit) for unit in at]


def _reply(ask: Ask, span: periods.Span, of: Unit) -> Reply:
    now = figures.of_days(ask.db, of, span, ask.now)
    private = ask.message.private
    page = link.path_to(of.id, span.words) if private else ""
    own = private and link.address_for(ask) is not None
    buttons = _buttons(ask.db, of, span, [each.id for each in now.schools], own)
    return Reply(wording.text(ask.db, of, span, now, ask.now), buttons, page=page)


def _buttons(db: Connection, of: Unit, span: periods.Span, schools: list[int], page: bool) -> tuple[Button, ...]:
    """Its picture and its workbook, and down to the schools that need it most.

    `page`: there can be a web page of it; a card of 企业微信 takes six buttons, so one school less has its own then.
    """
    name = history.path_names(db, [of])[of.id]
    files = tuple(Button(form, "周报", f"{span.words} {form} {name}") for form in ("图", "表"))
    if len(schools) < 2:
        return files
    web = (Button(link.PAGE, link.PAGE, f"{span.words} {name}"),) if page else ()
    shown = [units.by_id(db, id) for id in schools[: MOST_BUTTONS - page]]
    named = history.path_names(db, [each for each in shown if each])
    return (*files, *web, *(Button(each.name, "周报", f"{span.words} {named[each.id]}") for each in shown if each))
