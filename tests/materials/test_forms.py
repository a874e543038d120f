"""套表: the superior's own file comes back filled, with the source of each figure; nothing in it is ever evaluated."""

import base64
import io
import json
import zipfile
from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from sqlalchemy import select

from bot.files import forms
from bot.files.forms import filler
from handlers.materials import fields
from handlers.materials.subjects import Figures
from storage.tables import form
from tests.organisation.test_roster_chat import Chat, play
from tests.support.county import FRIDAY, County

pytestmark = pytest.mark.both
TODAY = "2026-01-01至2026-04-03"
MARK = "王主任 2026-04-03 09:00 导出，用途：上级检查。请勿转发"


def workbook(*more: str) -> bytes:
    """Two sheets with merged cells, colours, formulas and a comment; `more` stands in the second from A1 on."""
    book = Workbook()
    first = book.active
    first.title = "汇总"
    first["A1"] = "{{单位}} 月报表"
    first.merge_cells("A1:D1")
    first["B2"] = "{{宣讲.场次.今年}}"
    first["B2"].fill = PatternFill("solid", fgColor="FFFF00")
    first["B3"] = "{{ 主题队日.人次.本月 }}"
    first["B3"].comment = Comment("上级的说明", "上级")
    first["B4"], first["B5"] = "=B3*2", "{{主题队日.签到率.本周}}"
    first["B5"].number_format = "0.0%"
    first["B6"] = "共{{主题队日.场次.今年}}场，{{主题队日.人次.今年}}人次"
    first.oddHeader.center.text = "{{单位}}报"
    second = book.create_sheet("第二页")
    for line, text in enumerate(more, 1):
        second.cell(line, 1, text)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def document(*more: str) -> bytes:
    """Fields that Word has cut into runs, in a heading, a merged cell and the header."""
    made = Document()
    made.add_heading("{{单位}}工作情况", 1)
    cut = made.add_paragraph("开展宣讲")
    for piece in ("{", "{宣", "讲.场", "次.今年}", "}"):
        cut.add_run(piece).bold = piece == "{宣"
    cut.add_run("场。")
    table = made.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(0, 1))
    table.cell(0, 0).text, table.cell(1, 1).text = "{{主题队日.人次.今年}}", "{% for x in y %}"
    made.sections[0].header.paragraphs[0].text = "{{缺报.本月}}"
    for text in more:
        made.add_paragraph(text)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def newest(chat: Chat) -> bytes:
    """The file that was sent last."""
    return max((chat.bot.channel.folder / "sent").glob("*"), key=lambda path: int(path.name[1:])).read_bytes()


async def reported(chat: Chat) -> None:
    await chat.bot.say("张老师", "三(2)中队 主题队日 应到42实到40")
    await chat.bot.say("王主任", "宣讲 1500余场次 20余万人次")


async def replaced(chat: Chat) -> None:
    """A later form takes the place of the first, is used below, and is removed by whoever keeps it."""
    await chat.send(workbook("{{签到.场次.今年}}"), "表.xlsx", "套表 月报表")
    assert (await chat.bot.say("李老师", "套表"))[0].splitlines()[1] == "· 月报表（Excel，青禾区少工委(演示)）"
    await chat.bot.say("李老师", "套表 月报表 3月 上级检查")
    book = load_workbook(io.BytesIO(newest(chat)))
    assert book.worksheets[0]["A1"].value == "实验小学(演示) 月报表"
    assert "2026-03-01至2026-03-31" in book.worksheets[0]["B3"].comment.text
    assert "签到 场次" in book.worksheets[1]["A1"].comment.text
    assert (await chat.bot.say("李老师", "套表 月报表 删除"))[0].startswith("「月报表」是青禾区少工委(演示)存的")
    assert await chat.bot.say("王主任", "套表 月报表 删除") == ["「月报表」已删除。"]
    with chat.bot.read() as db:
        assert db.execute(select(form.c.id)).all() == []


async def refused(chat: Chat) -> None:
    """What names a child would be sent to others."""
    await chat.bot.say("张老师", "家长同意 三(2)中队 欧阳雪梅 书面 3月1日")
    *_, told = await chat.send(workbook("优秀队员：欧阳雪梅", "{{签到.人次}}"), "表.xlsx", "套表 月报表")
    assert "欧阳雪梅" not in told["text"] and "里写着孩子的姓名，没有存" in told["text"]


def test_a_workbook_comes_back_filled_with_the_source_of_each_cell(tmp_path: Path) -> None:
    async def talk(chat: Chat) -> None:
        await reported(chat)
        *_, kept = await chat.send(
            workbook("{{缺报.本月}}", "{{实验小学(演示).主题队日.人次.今年}}"), "表.xlsx", "套表 月报表"
        )
        assert kept["text"] == "「月报表」存好了，9 个字段都认得。"
        await chat.bot.say("王主任", "套表 月报表 上级检查")
        book = load_workbook(io.BytesIO(newest(chat)))
        first, second = book.worksheets
        cells = {cell: first[cell].value for cell in ("A1", "B2", "B3", "B4", "B5", "B6")}
        assert cells == {
            "A1": "青禾区少工委(演示) 月报表",
            "B2": 1500,
            "B3": 40,
            "B4": "=B3*2",
            "B5": 0.042,
            "B6": "共1场，40人次",
        }
        assert (second["A1"].value, second["A2"].value) == (23, 40)
        assert [str(each) for each in first.merged_cells.ranges] == ["A1:D1"]
        assert first["B2"].number_format == '0"余"'
        assert first["B2"].fill.fgColor.rgb == "00FFFF00" and book.calculation.fullCalcOnLoad
        assert first["B2"].comment.text == f"青禾区少工委(演示) 宣讲 场次，2026年（{TODAY}），各单位上报的汇总"
        assert first["B3"].comment.text.startswith("上级的说明\n") and first["B4"].comment is None
        assert [sheet.oddFooter.left.text for sheet in book.worksheets] == [MARK, MARK]
        assert first.oddHeader.center.text == "青禾区少工委(演示)报"
        with chat.bot.read() as db:
            assert "宣讲" not in str(db.scalar(select(form.c.content)))
        await replaced(chat)
        await refused(chat)

    play(tmp_path, "王主任", talk)


def test_a_document_comes_back_filled_with_a_list_of_sources(tmp_path: Path) -> None:
    async def talk(chat: Chat) -> None:
        await reported(chat)
        await chat.bot.say("王主任", "套表 情况报告")
        *_, kept = await chat.send(document(), "x.docx")
        assert kept["text"] == "「情况报告」存好了，4 个字段都认得。"
        await chat.press(kept, "填好发我")
        await chat.bot.say("王主任", "上级检查")
        made = Document(io.BytesIO(newest(chat)))
        said = [each.text for each in made.paragraphs]
        assert said[:2] == ["青禾区少工委(演示)工作情况", "开展宣讲1500余场。"]
        assert made.tables[0].cell(0, 0).text == "40" and "for x in y" in made.tables[0].cell(1, 1).text
        assert made.sections[0].header.paragraphs[0].text == "23"
        assert f"宣讲.场次.今年 = 1500余：青禾区少工委(演示) 宣讲 场次，2026年（{TODAY}），各单位上报的汇总" in said
        assert said[-1] == MARK

    play(tmp_path, "王主任", talk)


def test_what_is_wrong_is_named_with_its_place_and_nothing_is_kept(tmp_path: Path) -> None:
    async def talk(chat: Chat) -> None:
        wrong = ("{{宣将.场次.今年}}", '="x{{宣讲.场次}}"', "{{没有的东西}}", "{{宣讲.听众数.上月}}")
        *_, told = await chat.send(workbook(*wrong), "表.xlsx", "套表 月报表")
        assert told["text"].splitlines() == [
            "「月报表」里有 4 处要改，没有存：",
            "· 第二页!A1 {{宣将.场次.今年}} 认不出来：最接近的是 {{宣讲.场次.今年}}",
            "· 第二页!A2 是公式，公式里不能写字段",
            "· 第二页!A3 {{没有的东西}} 认不出来",
            "· 第二页!A4 {{宣讲.听众数.上月}} 认不出来：最接近的是 {{宣讲.听众.上月}}",
            "改好再发一次：套表 月报表",
        ]
        *_, told = await chat.send(workbook("{{签到.场次}}场，{{签到.人次}人次"), "表.xlsx", "套表 月报表")
        said = "· 第二页!A1 有字段没写完整：两头各要两个大括号，像 {{宣讲.场次.今年}}"
        assert told["text"].splitlines()[1] == said
        *_, told = await chat.send(document("{{7*7}}", "{{config.items()}}"), "x.docx", "套表 月报表")
        assert told["text"].splitlines()[1:3] == ["· 第3段 {{7*7}} 认不出来", "· 第4段 {{config.items()}} 认不出来"]
        *_, told = await chat.send(b"PK\x03\x04 nothing", "x.xlsx", "套表 月报表")
        assert told["text"].startswith("「月报表」打不开，没有存。")
        *_, told = await chat.send(blank(), "x.xlsx", "套表 月报表")
        assert told["text"].startswith("「月报表」里没有字段，没有存。")
        assert (await chat.bot.say("王主任", "套表"))[0].startswith("还没有存套表")
        *_, told = await chat.send(workbook(), "月报.xlsx")
        assert "请先发「套表」和名字" in told["text"]

    play(tmp_path, "王主任", talk)


def blank() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def test_what_is_no_form_breaks_nothing() -> None:
    entities = b'<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>'
    with zipfile.ZipFile(io.BytesIO(document())) as parts:
        whole = {name: parts.read(name) for name in parts.namelist()}
    for content in (
        b"", b"%PDF-1.4", packed({"word/document.xml": b"<a/>"}), packed({**whole, "word/footnotes.xml": entities}),
        packed({**whole, "word/comments.xml": entities.decode().encode("utf-16-le")}),
        packed({**whole, "word/vbaProject.bin": b""}),
    ):  # fmt: skip
        with pytest.raises(Exception, match=r".*"):
            filler.answer({"kind": "fields"}, content)
    with pytest.raises(forms.Unfilled):
        forms.run(b"PK", {"kind": "fields"})


def test_the_braces_of_a_chinese_keyboard_are_braces_and_half_a_field_is_not_passed_over() -> None:
    wide = workbook("｛｛签到.人次｝｝", "共{{签到.场次}}场，｛{签到.中队数｝}个中队")
    answered = json.loads(filler.answer({"kind": "fields"}, wide))["fields"]
    assert [name for place, name in answered if place.startswith("第二页")] == ["签到.人次", "签到.场次", "签到.中队数"]
    values = {name: ["7", ""] for _, name in answered}
    filled = load_workbook(io.BytesIO(filler.answer({"kind": "fill", "values": values, "mark": "王主任"}, wide)))
    assert [filled.worksheets[1][cell].value for cell in ("A1", "A2")] == [7, "共7场，7个中队"]
    made = Document()
    cut = made.add_paragraph("本月")
    for piece in ("｛", "{签到.", "人次", "｝", "｝", "，没有 {字段} 的"):
        cut.add_run(piece)
    out = io.BytesIO()
    made.save(out)
    assert json.loads(filler.answer({"kind": "fields"}, out.getvalue()))["fields"] == [["第1段", "签到.人次"]]
    order = {"kind": "fill", "values": {"签到.人次": ["7", ""]}, "mark": "王主任"}
    filled_document = Document(io.BytesIO(filler.answer(order, out.getvalue())))
    assert filled_document.paragraphs[0].text == "本月7，没有 {字段} 的"
    for half in (
        "{{签到.人次",
        "{{签到.场次}}场 {{签到.人次}",
        "签到.人次}}",
        "｛｛签到.人次",
        "{{签到.人次{{签到.场次}}",
    ):
        for whole, place in ((workbook(half), "第二页!A1"), (document(half, "{{签到.场次}}"), "第3段")):
            found = json.loads(filler.answer({"kind": "fields"}, whole))["fields"]
            assert [place, "{"] in found, half


def test_every_name_that_is_listed_is_a_field(county: County) -> None:
    figures = Figures(county.db, county.top, FRIDAY.date())
    names = fields.names_of(figures.rows)
    told = {f"{name}.{measure}.今年" for name, row in names.items() for measure in fields.measured(row)}
    assert len(told) > 500
    assert all(fields.resolve(figures, name).value for name in sorted(told))


def test_a_list_of_names_says_how_many_it_does_not_name(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = Figures(county.db, county.top, FRIDAY.date())
    count = figures.days("2026-04").squads_missing
    assert fields.resolve(figures, "缺报.名单.本月").value.count("、") == count - 1
    monkeypatch.setattr(fields, "_MOST_NAMES", 1)
    assert fields.resolve(figures, "缺报.名单.本月").value.endswith(f"等 {count} 个")


def test_forms_that_are_sent_one_after_the_other_are_all_looked_at(tmp_path: Path) -> None:
    async def talk(chat: Chat) -> None:
        for number, name in enumerate(("月报表", "年报表", "情况报告")):
            content = base64.b64encode(workbook()).decode()
            body = {"name": f"{number}.xlsx", "type": "", "data": content}
            await chat.bot.hear(chat.bot.body(chat.who, f"套表 {name}", file=body))
        await chat.fetcher.once()
        await chat.bot.send()
        told = [each["text"] for each in chat.bot.new(chat.who) if "存好了" in each["text"]]
        assert told == [f"「{name}」存好了，7 个字段都认得。" for name in ("月报表", "年报表", "情况报告")]

    play(tmp_path, "王主任", talk)


def test_a_value_is_never_a_formula() -> None:
    answered = json.loads(filler.answer({"kind": "fields"}, workbook()))
    values = {name: ["=1+1", ""] for _, name in answered["fields"]}
    order = {"kind": "fill", "values": values, "mark": "a&b"}
    filled = load_workbook(io.BytesIO(filler.answer(order, workbook())))
    assert (filled.worksheets[0]["B2"].data_type, filled.worksheets[0]["B2"].value) == ("s", "=1+1")
    assert filled.worksheets[0].oddFooter.left.text == "a&&b"
