"""The page of a digest: whose it is at every look, and that it says what the digest says."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from handlers.digests.page import content, document, link
from handlers.digests.page.html import Html, element
from handlers.kit import Ask, Refusal, Role
from storage import tables
from storage.digests import digests
from storage.organisation import units
from storage.organisation.units import Kind
from storage.people import addresses, page_links, people
from storage.reminders import feeds
from tests.support.county import FRIDAY, MONDAY, WEEK, County, a_week, squads_of

pytestmark = pytest.mark.both


def page(county: County, who: int, now: datetime = FRIDAY, **query: str | int) -> str | None:
    asked = {name: str(value) for name, value in query.items()}
    return document.page(county.db, people.by_id(county.db, who, now), asked, now)


def rows(html: str | None) -> list[list[str]]:
    """The first table, cell by cell."""
    assert html is not None
    body = html.partition("<tbody>")[2].partition("</tbody>")[0]
    cells = [re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row) for row in body.split("</tr>")[:-1]]
    return [[re.sub(r"<.*?>", " ", cell).strip() for cell in row] for row in cells]


def token_in(text: str) -> str:
    [token] = re.findall(r"/digest/([\w-]{43})\?", text)
    return str(token)


def test_the_page_says_what_the_digest_says(county: County) -> None:
    a_week(county)
    top = page(county, county.zhou)
    assert rows(top) == [["光明小学", "1/2 50.0%", "1", "30"], ["实验小学", "3/4 75.0%", "4", "162"]]
    assert top is not None and "<dd>5 场</dd>" in top and "第13周" in top
    assert rows(page(county, county.zhou, sort="-heads"))[0][0] == "实验小学"
    of_school = rows(page(county, county.zhou, unit=county.first.id, sort="-events"))
    assert of_school[0] == ["四(1)中队", "有", "2", "84"] and of_school[-1] == ["四(2)中队", "没有", "0", "0"]
    # The same of a month as of its week, and of what was frozen.
    april = rows(page(county, county.zhou, unit=county.first.id, period="从2026-03-30到2026-04-03", sort="-events"))
    assert april == of_school
    digests.freeze(county.db, county.top, WEEK, MONDAY)
    county.report(county.squads[3], 45, now=MONDAY + timedelta(minutes=5))
    closed = page(county, county.zhou, MONDAY + timedelta(hours=1), period=WEEK)
    assert rows(closed)[1][1:] == ["3/4 75.0%", "4", "162"]
    assert "定稿后更正（第2版）：补报 1 条；场次 5→6" in str(closed) and "定稿后" not in str(top)


def test_a_squad_shows_its_check_ins_a_page_at_a_time(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    a_week(county)
    shown = rows(page(county, county.zhang, unit=county.squads[0].id))
    assert shown == [["4月3日（周五）", "主题队日", "42", "40", "按时"]]
    monkeypatch.setattr("handlers.digests.page.tables.CHECKINS_A_PAGE", 1)
    asked = {"unit": county.squads[0].id, "period": "2026-03"}
    assert rows(page(county, county.zhang, **asked)) == [["3月27日（周五）", "主题队日", "42", "39", "按时"]]
    asked["period"] = "2026"
    first, second = page(county, county.zhang, **asked), page(county, county.zhang, **asked, page=2)
    assert "下一页" in str(first) and "上一页" in str(second) and rows(first) != rows(second)


def test_rights_are_those_of_the_moment(county: County) -> None:
    a_week(county)
    assert "实验小学" in str(page(county, county.li)) and "光明小学" not in str(page(county, county.li))
    for foreign in (county.top.id, county.second.id, county.others[0].id, 999_999):
        assert "没有这个单位" in str(page(county, county.li, unit=foreign))
    people.end(county.db, county.li, Role.BRIGADE, county.first, FRIDAY, FRIDAY)
    assert page(county, county.li) is None
    # A volunteer reports, but reads no digests.
    assert page(county, county.person("志愿者", Role.VOLUNTEER, county.first)) is None


def test_a_link_is_one_persons_for_a_day_until_it_is_stopped(county: County) -> None:
    (reply,) = link.page(county.ask(county.li))
    token, later = token_in(reply.text), FRIDAY + timedelta(hours=23, minutes=59)
    assert "4月4日 16:20前有效" in reply.text and reply.until == FRIDAY + page_links.LIFETIME
    for _ in range(3):
        assert page_links.person_of(county.db, county.vault, token, later) == county.li
    assert page_links.person_of(county.db, county.vault, token, FRIDAY + page_links.LIFETIME) is None
    assert page_links.person_of(county.db, county.vault, token[::-1], FRIDAY) is None
    assert token not in str(county.db.execute(select(tables.page_link)).all())
    (other,) = link.page(county.ask(county.sun))
    (said,) = link.page(county.ask(county.li, "停用"))
    assert "1 个链接" in said.text and page_links.person_of(county.db, county.vault, token, FRIDAY) is None
    assert page_links.person_of(county.db, county.vault, token_in(other.text), FRIDAY) == county.sun
    # The next that is made takes away those whose time is over.
    link.page(county.ask(county.zhou, now=MONDAY))
    assert county.db.scalars(select(tables.page_link.c.person_id)).all() == [county.zhou]


def test_a_lost_phone_opens_nothing(county: County) -> None:
    (reply,) = link.page(county.ask(county.li))
    (gone,) = addresses.of_people(county.db, [county.li])
    addresses.unlink(county.db, gone, FRIDAY)
    assert page_links.person_of(county.db, county.vault, token_in(reply.text), FRIDAY) is None


def test_the_table_can_be_taken_away(county: County) -> None:
    def table(who: int, **query: str) -> list[str]:
        found = document.table(county.db, people.by_id(county.db, who, FRIDAY), query, FRIDAY)
        assert found is not None and found[0].endswith(f"{WEEK}.csv")
        return found[1].decode("utf-8-sig").splitlines()

    a_week(county)
    mark, head, whole, *schools = table(county.zhou)
    assert "从网页下载" in mark and head.startswith("单位,类别,学校") and ",合计," in whole
    assert [row.split(",")[2] for row in schools] == ["光明小学", "实验小学"]
    assert len(table(county.zhou, unit=str(county.first.id))) == 3 + 4
    assert table(county.zhang, unit=str(county.squads[0].id))[-1].startswith("实验小学,2026-04-03,")
    foreign = {"unit": str(county.second.id)}
    assert document.table(county.db, people.by_id(county.db, county.li, FRIDAY), foreign, FRIDAY) is None


def test_where_there_is_no_address_there_is_no_page(county: County) -> None:
    def on_wecom(ask: Ask, private: bool = True) -> Ask:
        return replace(ask, message=replace(ask.message, channel="wecom", private=private))

    a_week(county)
    with pytest.raises(Refusal, match="没有开网页"):
        link.page(on_wecom(county.ask(county.zhou)))
    feeds.note_address(county.db, "https://bot.example", FRIDAY)
    (reply,) = link.page(on_wecom(county.ask(county.zhou, "上周")))
    assert f"https://bot.example/digest/{token_in(reply.text)}?unit={county.top.id}&period=2026-W13" in reply.text
    with pytest.raises(Refusal, match="私聊"):
        link.page(on_wecom(county.ask(county.zhou), private=False))


def test_words_are_escaped_wherever_they_stand(county: County) -> None:
    county.db.execute(update(tables.unit).where(tables.unit.c.id == county.first.id).values(name="<i>\"&'"))
    a_week(county)
    html = str(page(county, county.zhou, period="<script>", sort='"><i>'))
    assert "<i>" not in html and "<script" not in html and "&lt;i&gt;&quot;&amp;&#x27;" in html
    assert element("a", "<", Html("<b>"), href='"') == '<a href="&quot;">&lt;<b></a>'


def test_names_are_sorted_as_people_sort_them() -> None:
    said = (
        "一(1)中队",
        "二(2)中队",
        "二(10)中队",
        "三(2)中队",
        "十(2)中队",
        "十一(1)中队",
        "第2小学",
        "第三小学",
        "第十二小学",
    )
    assert tuple(sorted(reversed(said), key=content.in_order)) == said


def test_more_schools_than_anybody_reads_are_cut_off(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    for school in [units.add(county.db, Kind.SCHOOL, f"第{place}小学", county.top) for place in range(1, 4)]:
        squads_of(county.db, school, 2)
    monkeypatch.setattr("handlers.digests.page.tables.MOST_PARTS", 4)
    html = str(page(county, county.zhou, sort="name"))
    assert len(rows(html)) == 4 and "5 所学校" in html and "这里是前 4 个" in html
