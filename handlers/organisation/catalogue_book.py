"""The catalogue as an xlsx to be changed and sent back."""

import io
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from handlers.catalogue import cells, sheets
from handlers.catalogue.model import Row
from handlers.catalogue.parts import Figure
from handlers.workbooks import HEAD, PLAIN, foot, mark
from storage.organisation.units import Kind
from storage.people.people import Role

_LAST_ROW = 1000
_YES = ["是", "否"]
# Sheet → key → what may stand there.
_LISTS: Mapping[str, Mapping[str, Sequence[str]]] = {
    sheets.ROWS: {
        "shape": list(cells.TERMS["shape"].values()),
        "section": get_args(Row.model_fields["section"].annotation),
        "period": list(cells.TERMS["period"].values()),
        "many": _YES,
        "off": _YES,
    },
    sheets.FIELDS: {
        "type": list(cells.TERMS["type"].values()),
        "agg": list(cells.TERMS["agg"].values()),
        "required": _YES,
        "off": _YES,
    },
}
_EXPLAINED = (
    ("怎么改", "改格子，存好，把文件私聊发给我。我先说会改什么，您点「确定」才算；马上生效，不用重启。"),
    ("新加一项", "在「行」加一行，在「字段」写要报的数，有选项的写在「选项」。三页用同一个代号（小写英文）。"),
    ("最少要写", "行：代号、名称、方式、板块、时期、哪些单位、汇总句；字段：行、字段名、标签。例子空着，我来写。"),
    ("不用了", "在「停用」写 是。行和字段都不能删，报过的要看得懂；没有写进来的行照旧。"),
    ("几个一起写", "用、隔开，如 场、场次。规则、指标、流程一行一个，如 submitted 同意 大队 ok_1。"),
    ("汇总句", "花括号里写字段名：宣讲 {sessions} 场。还可以写 {units} 已报单位、{targets} 应报单位、{rate} 报送率。"),
    ("截止", "每月5日、12月20日、期末、学期末；没有就空着。"),
    ("汇总", "累加：各期加起来；最新：看各单位最近一次；分项：按选项数；不汇总：只存着。"),
    ("规则", "如 claimed <= collected，或 首批: admitted <= 30% base。不合就不收，并把算式说出来。"),
    ("哪些单位", "、".join(Kind)),
    ("谁报", "空着：单位自己的老师。可写：" + "、".join(role.label for role in Role)),
)


def workbook(rows: Sequence[Row], words: str = "") -> bytes:
    """An xlsx with the sheets 行, 字段, 选项 of these rows, and what the columns mean on 说明."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    with Workbook(out, {**PLAIN, "in_memory": True}) as book:
        # As text: Excel would make dates and numbers of 12-20 and 05.
        plain = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        head = book.add_format({"bold": True, "bg_color": "#F6EBDD", "bottom": 1, "text_wrap": True})
        for name, table in sheets.tables_of(rows).items():
            sheet = book.add_worksheet(name)
            sheet.set_column(0, len(table[0]) - 1, 14, plain)
            for number, line in enumerate(table):
                sheet.write_row(number, 0, line, plain if number else head)
            sheet.freeze_panes(1, 1)
            foot(sheet, words)
            for key, listed in _LISTS.get(name, {}).items():
                column = table[0].index(cells.head(Row if name == sheets.ROWS else Figure, key))
                sheet.data_validation(1, column, _LAST_ROW, column, {"validate": "list", "source": list(listed)})
        _explain(book.add_worksheet("说明"), plain, words)
    return out.getvalue()


def _explain(sheet: Any, plain: Any, words: str) -> None:
    mark(sheet, words)
    sheet.set_column(0, 0, 14, plain)
    sheet.set_column(1, 1, 100, plain)
    for number, line in enumerate(_EXPLAINED, HEAD):
        sheet.write_row(number, 0, line)
