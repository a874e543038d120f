"""The catalogue by chat: a workbook that is edited and sent back, every mistake with its place, live at once."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from handlers.catalogue import catalogue, cells, current, sheets
from handlers.catalogue.model import Row
from handlers.catalogue.parts import Figure
from storage.audit.audit import Action
from storage.tables import audit, catalogue_version
from tests.organisation.test_roster_chat import Chat, play

# Check-ins are not in the workbook.
OWN = [row for row in catalogue.shipped() if row.shape != "checkin"]
Table = dict[str, list[list[str]]]


def put(sheet: str, key: str, column: str, becomes: str, name: str = "") -> Callable[[Table], tuple[str, int, str]]:
    """Write a cell of the row `key` (of its field `name`); returns where it is: sheet, line, head of the column."""

    def edit(tables: Table) -> tuple[str, int, str]:
        table = tables[sheet]
        place = next(each for each in range(len(table[0])) if column in table[0][each].split())
        at = next(n for n, line in enumerate(table) if line[0] == key and (not name or line[1] == name))
        table[at][place] = becomes
        return sheet, at + 1, table[0][place]

    return edit


def row(column: str, becomes: str, key: str = "xuanjiang") -> Callable[[Table], tuple[str, int, str]]:
    return put("行", key, column, becomes)


def field(
    column: str, becomes: str, name: str = "heads", key: str = "xuanjiang"
) -> Callable[[Table], tuple[str, int, str]]:
    return put("字段", key, column, becomes, name)


def choice(column: str, becomes: str) -> Callable[[Table], tuple[str, int, str]]:
    return put("选项", "xuanjiang", column, becomes, "place")


def line(sheet: str, cells: list[str], column: str) -> Callable[[Table], tuple[str, int, str]]:
    """A further line at the end."""

    def edit(tables: Table) -> tuple[str, int, str]:
        tables[sheet].append(cells)
        return sheet, len(tables[sheet]), column

    return edit


def head(sheet: str, was: str, becomes: str, column: str) -> Callable[[Table], tuple[str, int, str]]:
    def edit(tables: Table) -> tuple[str, int, str]:
        place = next(each for each in range(len(tables[sheet][0])) if was in tables[sheet][0][each].split())
        tables[sheet][0][place] = becomes
        return sheet, 1, column

    return edit


def without(sheet: str) -> Callable[[Table], tuple[str, int, str]]:
    def edit(tables: Table) -> tuple[str, int, str]:
        del tables[sheet]
        return sheet, 1, "整页"

    return edit


def gone(name: str, key: str) -> Callable[[Table], tuple[str, int, str]]:
    """A field that is deleted: the place is that of its row."""

    def edit(tables: Table) -> tuple[str, int, str]:
        tables["字段"] = [each for each in tables["字段"] if each[:2] != [key, name]]
        tables["选项"] = [each for each in tables["选项"] if each[:2] != [key, name]]
        at = next(n for n, each in enumerate(tables["行"], 1) if each[0] == key)
        return "行", at, "fields"

    return edit


MISTAKES = [
    # Words that are none of the list.
    (row("方式", "上报表"), "可用：签到、上报"),
    (row("方式", "签到"), "签到的活动写在 checkins.toml"),
    (row("板块", "活动类"), "可用：活动、计数"),
    (row("时期", "每旬"), "可用：随时、每周、每月"),
    (row("哪些单位", "学校、学堂"), "「学堂」不能用，可用：省少工委"),
    (row("哪些单位", ""), "必须有"),
    (row("谁报", "飞行员"), "可用：中队辅导员、大队辅导员"),
    (row("可多次", "也许"), "应是 是 或 否"),
    (row("停用", "停"), "应是 是 或 否"),
    (row("佐证", "视频"), "可用：要、文件、照片"),
    (row("谁收", "村", "yuefangan"), "「村」不能用"),
    (field("类型", "数字"), "可用：整数、小数、金额"),
    (field("汇总", "相加"), "可用：累加、最新"),
    (field("必填", "必须"), "应是 是 或 否"),
    (field("停用", "x"), "应是 是 或 否"),
    (row("评谁", "家长", "shijia"), "可用：孩子、老师"),
    # Numbers.
    (row("宽限天数", "三天", "yuefangan"), "应是整数"),
    (row("补报天数", "99999", "yuefangan"), "太大，最多 3650"),
    (row("加分", "-1", "wuhao"), "太小，至少 0"),
    (row("总分", "90", "wuhao"), "满分之和 100（现在是 90）"),
    (row("任期月数", "两年", "xiaowai"), "应是整数"),
    (row("岗位", "主任 九十九", "gangwei"), "应是整数"),
    (row("岗位", "主任 99", "gangwei"), "太大，最多 20"),
    (field("最小", "很小"), "应是数字"),
    (field("最小", "9999999"), "最小比最大还大"),
    (field("最大", "", "lead", "wuhao"), "要写满分"),
    (field("默认", "一场", "sessions"), "应是整数"),
    # Days.
    (row("截止", "每月38日", "yuefangan"), "没有 38 这一天"),
    (row("截止", "2月30日", "wuhao"), "没有 02-30 这一天"),
    (row("截止", "下旬", "yuefangan"), "应像 每月5日"),
    (row("截止", "12月20日", "yuefangan"), "写成 每月5日 这样"),
    (row("截止", "每月5日"), "随时报的"),
    # Names and words.
    (row("代号", "宣讲"), "小写英文字母开头"),
    (row("代号", ""), "必须有"),
    (row("代号", "xuanjiang", "kaizhan"), "写了两行"),
    (row("名称", ""), "必须有"),
    (row("名称", "宣" * 21), "太长，最多 20 字"),
    (row("叫法", "宣讲团、微心愿"), "「微心愿」已经是 weixinyuan 的"),
    (row("名称", "王小明宣讲"), "像是人名"),
    (field("标签", ""), "必须有"),
    (field("字段名", "Heads"), "应是小写英文字母开头"),
    (field("字段名", "sessions"), "写了两次，请改一个名字"),
    (field("行", "xuanjang"), "「行」里没有「xuanjang」"),
    (field("前面的词", "王小明"), "像是人名"),
    (row("汇总句", "宣讲 {sessions} 场，阚泽宇患白血病"), "像是人名"),
    (row("例子", "宣讲 3场 共60人 郗慧琪"), "像是人名"),
    (row("出处", "家长13812345678"), "像是人名"),
    (field("提示", "家住解放路12号"), "像是人名"),
    (choice("行", "xuan"), "「行」里没有「xuan」"),
    (choice("字段", "plaza"), "没有「plaza」"),
    (choice("选项", ""), "没有写选项"),
    (line("选项", ["xuanjiang", "place", "学校讲堂"], "选项 choice"), "「学校讲堂」写了两次"),
    # What does not go together.
    (row("汇总句", "宣讲 {head} 人"), "head 不是这一行的名字"),
    (row("汇总句", "宣讲 {heads 人"), "花括号不成对"),
    (row("汇总句", ""), "必须有"),
    (row("规则", "heads <= seats"), "seats 不是这一行的名字"),
    (row("规则", "heads 不多于 9"), "看不懂，应像"),
    (row("提醒规则", "heads"), "看不懂，应像"),
    (row("指标", "each heads seats", "xuanjiang"), "seats 不是这一行的名字"),
    (row("类别", "一等奖"), "只用于 case"),
    (row("岗位", "主任 1"), "只用于 roster"),
    (row("流程", "submitted 同意 大队"), "第 1 条少写了一个词"),
    (row("流程", "", "shijia"), "要写 chain"),
    (row("达标分", "120", "wuhao"), "没有谁能达标"),
    (row("比例", "一星章 三成", "xingji"), "应像 30%"),
    (row("例子", "明天再说"), "例子里要有名称或叫法"),
    (row("例子", "宣讲 7只 8只"), "例子读不懂"),
    (row("方式", "名册"), "方式不能改"),
    (field("类型", "小数"), "类型不能改"),
    (field("量词", "处", "place"), "量词只有数字才有"),
    (field("汇总", "累加", "place"), "只用于数字"),
    (field("汇总", "分项"), "只用于 choice"),
    (field("前提", "有场地"), "只用于 score"),
    (field("类型", "选项"), "选项要写"),
    (gone("place", "xuanjiang"), "字段不能删，请补回来"),
    # The sheets themselves.
    (without("字段"), "少了「字段」这一页"),
    (without("选项"), "少了「选项」这一页"),
    (head("行", "截止", "截至", "截至"), "没有这一列，可用"),
    (head("行", "代号", "编码", "编码"), "没有这一列，可用"),
    (head("字段", "标签", "类型", "类型"), "这一列写了两次"),
    (head("选项", "选项", "答案", "答案"), "没有这一列，可用：行 row、字段 field、选项 choice"),
    (line("行", [*[""] * 60, "多余"], "整行"), "没有写在表头的列下面"),
]


def test_a_row_goes_to_the_sheets_and_comes_back_the_same() -> None:
    assert sheets.read(sheets.tables_of(OWN), OWN) == ([], [])
    for model in (Row, Figure):
        assert set(model.model_fields) - {"fields", "said"} <= set(cells.HEADS[model])


@pytest.mark.parametrize(("edit", "cure"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_named_with_sheet_row_column_and_cure(
    edit: Callable[[Table], tuple[str, int, str]], cure: str
) -> None:
    tables = sheets.tables_of(OWN)
    sheet, number, column = edit(tables)
    changed, problems = sheets.read(tables, OWN)
    assert any(
        (each.sheet, each.line, each.column) == (sheet, number, column) and cure in each.cure for each in problems
    ), [(sheet, number, column, cure), *map(str, problems)]


def workbook(*edits: Callable[[Table], object], of: tuple[str, ...] = ("xuanjiang",)) -> bytes:
    """A workbook with these rows only, as somebody edits it: what is left out stays as it is."""
    tables = sheets.tables_of([each for each in OWN if each.key in of])
    for edit in edits:
        edit(tables)
    out, made = io.BytesIO(), Workbook()
    made.remove(made.active)
    for name, lines in tables.items():
        sheet = made.create_sheet(name)
        for each in lines:
            sheet.append(each)
    made.save(out)
    return out.getvalue()


def add_row(tables: Table) -> None:
    """What somebody types for a new row: eight cells of it, and two fields."""
    said = {"代号": "zhishu", "名称": "植树", "方式": "上报", "板块": "计数", "时期": "随时", "可多次": "是",
            "哪些单位": "关工委、学校", "汇总句": "植树 {trees} 棵,{heads} 人次"}  # fmt: skip
    figures = (
        {
            "行": "zhishu",
            "字段名": "trees",
            "标签": "棵数",
            "提示": "只算成活的",
            "量词": "棵、株",
            "必填": "是",
            "汇总": "累加",
        },
        {"行": "zhishu", "字段名": "heads", "标签": "人数", "量词": "人、名", "汇总": "累加"},
    )
    for name, lines in (("行", (said,)), ("字段", figures)):
        tables[name] += [[each.get(one.split()[0], "") for one in tables[name][0]] for each in lines]


@pytest.mark.both
def test_a_new_row_needs_no_code_and_is_live_at_once(tmp_path: Path) -> None:
    async def talk(chat: Chat) -> None:
        bot = chat.bot
        assert not (await bot.say("戚主任", "植树 30棵 12人"))[0].startswith("已记录")
        _, shown = await chat.send(workbook(add_row), "目录.xlsx")
        assert shown["text"].splitlines()[1:-1] == ["· 新增 植树：关工委、学校，随时上报（棵数、人数）"]
        assert (await chat.press(shown, "确定")).startswith("目录已改，第 1 版")

        said = await bot.say("戚主任", "植树 30棵 12人")
        assert said == ["已记录：青禾区关工委(演示) 植树 4月3日\n棵数 30棵，人数 12人"]
        assert "棵数（只算成活的）是多少？" in (await bot.say("戚主任", "植树 12人"))[0]
        await bot.say("戚主任", "取消")
        await bot.say("戚主任", "植树 20余株")
        assert await bot.say("戚主任", "看 植树") == ["本周 植树 50余 棵,12 人次"]
        assert "· 植树 50余 棵,12 人次" in (await bot.say("王主任", "周报"))[0]
        with bot.read() as db:
            assert current.catalogue_of(db).by_key["zhishu"].example == "植树 棵数5棵"
            assert db.scalar(select(audit.c.about).where(audit.c.deed == Action.CATALOGUE_CHANGED))
            assert list(db.scalars(select(catalogue_version.c.state))) == ["live"]

    play(tmp_path, "贺主任", talk)


def test_a_wrong_workbook_another_sender_and_a_change_in_between_change_nothing(tmp_path: Path) -> None:
    async def talk(chat: Chat) -> None:
        _, said = await chat.send(workbook(row("方式", "报表"), field("类型", "数字")), "目录.xlsx")
        assert said["text"].startswith("目录有 2 处要改，什么也没有改：\n「行」第 2 行「方式 shape」：「报表」不能用")
        _, shown = await chat.send(workbook(add_row), "目录.xlsx")
        await chat.bot.say("贺主任", "目录 微心愿 停用")
        await chat.bot.say("贺主任", "确定")
        assert (await chat.press(shown, "确定")).startswith("您看过以后目录又改过了")
        chat.who = "王主任"
        _, said = await chat.send(workbook(add_row), "目录.xlsx")
        assert said["text"] == "目录由最上级的管理员来改，没有改。"
        with chat.bot.read() as db:
            assert {"zhishu", "weixinyuan"}.isdisjoint(current.catalogue_of(db).by_key)

    play(tmp_path, "贺主任", talk)


def test_what_is_exported_changes_nothing_when_it_comes_back(tmp_path: Path) -> None:
    async def talk(chat: Chat) -> None:
        await chat.bot.say("贺主任", "导出 目录 留底存档")
        newest = max((chat.bot.channel.folder / "sent").iterdir(), key=lambda path: int(path.name[1:]))
        said = (await chat.send(newest.read_bytes(), "目录.xlsx"))[-1]
        assert said["text"] == "目录和现在一样，没有要改的。"

    play(tmp_path, "贺主任", talk)
