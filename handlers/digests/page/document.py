"""The page of a digest, and the page of a link that opens nothing: whole HTML documents without a script."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from handlers.digests.page import content, html, look, navigation, tables
from handlers.digests.tables import csv_table
from handlers.digests.tables.contents import Shown
from handlers.kit import Person
from handlers.wording import days, numbers
from storage.organisation import history

STYLE = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
_GONE = "这个链接打不开了。链接只用 24 小时，停用过、或者职务变了也打不开。请在聊天里再发「网页」。"
_NOT_THERE = "您负责的范围里没有这个单位。请退回上一页，或者在聊天里再发「网页」。"


def gone() -> str:
    """What a link shows that is unknown, over, revoked, or of somebody who may read no digests any more."""
    return _document("打不开", html.element("h1", "打不开"), html.element("p", _GONE))


def table(db: Connection, person: Person, query: Mapping[str, str], now: datetime) -> tuple[str, bytes] | None:
    """(the name of a csv of what the query asks for, what is in it): counts, and who took it away and when."""
    of = look.look(db, person, query, now)
    if of is None:
        return None
    one = look.shown_of(db, of, now)
    mark = f"{person.name} {days.stamp(now)} 从网页下载，请勿转发"
    return f"{one.kind}-{one.title}-{of.span.words}.csv", csv_table.of_page(db, one, mark)


def page(db: Connection, person: Person, query: Mapping[str, str], now: datetime) -> str | None:
    """The page of what the query asks for; None: this person may read no digest at all."""
    of = look.look(db, person, query, now)
    if of is None:
        gone_for = look.look(db, person, {}, now) is None
        return (
            None if gone_for else _document("没有", html.element("h1", "没有这个单位"), html.element("p", _NOT_THERE))
        )
    one = look.shown_of(db, of, now)
    title, later = f"{one.title}{one.name}", content.corrected(db, one, now)
    return _document(
        title,
        html.element(
            "header", navigation.way(db, of), html.element("h1", title), html.element("p", _days(one), class_="soft")
        ),
        html.element("p", of.trouble, class_="trouble", role="alert") if of.trouble else None,
        html.element("p", f"{later}。下面各中队和近八周按现在的记录。") if later else None,
        navigation.periods(of, now),
        _totals(one),
        tables.below(db, of, one),
        tables.activities(one),
        tables.trend(db, of, one),
        _files(db, of),
    )


def _document(title: str, *inside: html.Html | None) -> str:
    head = html.element(
        "head",
        html.element("meta", None, charset="utf-8"),
        html.element("meta", None, name="viewport", content="width=device-width, initial-scale=1"),
        html.element("title", f"{title} · 辅导员助手"),
        # The policy of the page knows these very bytes by their hash: nothing of them is escaped.
        html.element("style", html.Html(STYLE)),
    )
    body = html.element("body", html.element("main", *inside))
    return f"<!doctype html>\n{html.element('html', head, body, lang='zh-CN')}"


def _days(one: Shown) -> str:
    return " · ".join(filter(None, (one.days, one.stamp)))


def _totals(one: Shown) -> html.Html:
    of, heads = one.digest, one.digest.attendance
    share = numbers.share(of.squads_covered, of.squads_due)
    over = f"{heads.rated} 条写了应到：" if heads.rated else ""
    rated = f"{over}实到 {heads.rated_attended} / 应到 {heads.rated_due}" if heads.rated_due else "没有写应到的"
    tiles = (
        ("活动", f"{of.events} 场", ""),
        ("有活动的中队", f"{of.squads_covered} / {of.squads_due}", share if of.squads_due else ""),
        ("参加", f"{heads.attended} 人次", ""),
        ("到场率", numbers.rate(heads.rate), rated),
    )
    return html.element("dl", *(_tile(*each) for each in tiles))


def _tile(word: str, value: str, beside: str) -> html.Html:
    return html.element(
        "div", html.element("dt", word), html.element("dd", value, html.element("small", beside) if beside else None)
    )


def _files(db: Connection, of: look.Look) -> html.Html:
    """The table of the page; all check-ins leave by the chat only, with a purpose and an entry in the audit log."""
    name = history.path_names(db, [of.unit])[of.unit.id]
    said = html.element("code", f"周报 {of.span.words} 表 {name}")
    link = html.element("a", "下载这张表（csv）", href=of.link(**{"as": "csv"}), download=True)
    words = html.joined("要 Excel 文件，在聊天里发：", said, "。要纸，用浏览器的打印。")
    return html.element(
        "section", html.element("h2", "要文件"), html.element("p", link), html.element("p", words), class_="screen"
    )
