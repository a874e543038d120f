"""The roster as a workbook: to be filled in, or as it is now; it can be imported again."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from handlers.roster.head import COLUMNS
from handlers.workbooks import HEAD, LONG, Formats
from handlers.workbooks import mark as put_mark
from storage.organisation.units import Kind
from storage.people.people import Role

Row = Sequence[str | int | None]
_WIDTHS = (44, 10, 12, 12, 18, 16, 10, 24)
_LISTS = {1: list(Kind), 3: [role.label for role in Role]}
_LAST_ROW = 100_000
_EXPLAINED = (
    ("组织", "单位的全称，从上到下用 / 连接。上级单位也要有一行，已经登记过的不用写。"),
    ("类型", "新单位必须写。学校就是大队；中队请写成 三(2)中队 这样的名字，另外的名字写在「别名」里。"),
    ("姓名", "老师的姓名。只登记单位的行空着。不要写孩子的姓名。"),
    ("角色", "有姓名就要有角色。一行是一个人在一个单位的一个角色；一个人有几个角色就写几行。"),
    ("企业微信账号", "通讯录里的账号（不是昵称）。写了，这位老师不用邀请码就能用。"),
    ("Telegram ID", "一串数字。没有就空着，用邀请码加入。"),
    ("应到人数", "中队的人数。"),
    ("别名", "几个别名之间用、隔开，如 雷锋中队、星星中队。"),
)


def workbook(rows: Iterable[Row], examples: Sequence[Row] = (), mark: str = "") -> bytes:
    """An xlsx of the roster file, its `mark` above; `examples` and what the columns mean are a second sheet."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    with Workbook(out, LONG) as book:
        head = Formats(book).head
        # As text: a number of many digits would be written as 1.23E+18.
        plain = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet("名册")
        sheet.freeze_panes(HEAD + 1, 0)
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width, plain)
        for column, words in _LISTS.items():
            # Excel takes 255 characters of such a list.
            sheet.data_validation(HEAD + 1, column, _LAST_ROW, column, {"validate": "list", "source": words})
        put_mark(sheet, mark)
        _write(sheet, [COLUMNS], head, HEAD)
        _write(sheet, rows, plain, HEAD + 1)
        if examples:
            _explain(book, head, examples)
    return out.getvalue()


def _explain(book: Any, head: Any, examples: Sequence[Row]) -> None:
    sheet = book.add_worksheet("说明")
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 7, 14)
    _write(sheet, [("列", "怎么写")], head)
    _write(sheet, _EXPLAINED, None, 1)
    _write(sheet, [("例子（写在「名册」那一页）",), COLUMNS], head, len(_EXPLAINED) + 2)
    _write(sheet, examples, None, len(_EXPLAINED) + 4)


def _write(sheet: Any, rows: Iterable[Row], form: Any, first: int = 0) -> None:
    for number, row in enumerate(rows, first):
        for column, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_number(number, column, value)
            elif value:
                sheet.write_string(number, column, value, form)
