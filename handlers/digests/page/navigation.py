"""Where to go from a page: up and down the tree, and to other days."""

from datetime import datetime

from sqlalchemy import Connection

from handlers.digests.page import look
from handlers.digests.page.html import Html, element, joined
from handlers.kit import Unit
from scheduling import spans
from scheduling.periods import week_before, week_of

_KINDS = (("month", "本月"), ("term", "本学期"), ("school_year", "本学年"), ("year", "今年"))


def way(db: Connection, of: look.Look) -> Html | None:
    """From the top of one's own down to here; where one has several, to each of the others."""
    above = look.above(db, of)
    others = [top for top in of.tops if top not in above and top != of.unit]
    if not above and not others:
        return None
    links = [_unit(of, each) for each in above]
    here = element("li", element("span", of.unit.name, aria_current="page"))
    listed = element("ul", *links, here, *(_unit(of, each) for each in others))
    return element("nav", listed, aria_label="单位")


def _unit(of: look.Look, to: Unit) -> Html:
    return element("li", element("a", to.name, href=of.link(unit=to.id)))


def periods(of: look.Look, now: datetime) -> Html:
    """The usual periods, and two fields for any days."""
    this = week_of(now.date())
    known = [(this, "本周"), (week_before(this), "上周")]
    known += [(spans.label_of(kind, now.date()), word) for kind, word in _KINDS]
    links = [
        element("li", element(
            "a", word, href=of.link(period=label), aria_current="page" if label == of.span.label else None
        )) for label, word in known
    ]  # fmt: skip
    last = min(of.span.last, now.date())
    ends = (("从", "from", of.span.first), ("到", "to", last))
    fields = [
        element("label", word, element("input", None, type="date", name=name, value=str(value), max=str(now.date())))
        for word, name, value in ends
    ]
    hidden = [
        element("input", None, type="hidden", name=name, value=value)
        for name, value in (("unit", of.unit.id), ("sort", of.sort))
    ]
    form = element("form", *hidden, *fields, element("button", "看这几天", type="submit"), method="get")
    return joined(element("nav", element("ul", *links), aria_label="时期"), form)
