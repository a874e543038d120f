"""What is printed: cards with codes to cut out, and the code of a staff room."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import segno
from sqlalchemy import Connection

from handlers.kit import Ask
from handlers.registry import renders
from handlers.workbooks import PLAIN, Formats, Table, foot
from storage.base import key_values

RECIPE, ROOM = "invitations", "room-code"
_COLUMNS = (("姓名", 12), ("单位", 28), ("角色", 14), ("邀请码", 16), ("转发的话", 70), ("链接", 40))
_KEYS = ("name", "where", "role", "code", "text", "link")
# Two cards beside each other, five below each other, on a page; points and pixels of the program.
_ACROSS, _DOWN, _HEIGHT, _WIDTH, _QR_WIDTH = 2, 5, 140, 26, 18


def link(ask: Ask, code: str) -> str:
    """What opens the chat with the code in it, on the platform that has such a thing; else empty."""
    if ask.message.channel != "telegram":
        return ""
    known = key_values.with_prefix(ask.db, "telegram name ")
    name = next((each.value for each in known.values() if each.value), "")
    return f"https://t.me/{name}?start={code}" if name else ""


def _qr(says: str, scale: int) -> io.BytesIO:
    out = io.BytesIO()
    segno.make_qr(says, error="m").save(out, kind="png", scale=scale, border=2)
    out.seek(0)
    return out


@renders(ROOM)
def room_code(db: Connection, values: Mapping[str, Any]) -> bytes:
    """A picture of the code, to be shown or printed."""
    return _qr(values["says"], 12).getvalue()


@renders(RECIPE)
def workbook(db: Connection, values: Mapping[str, Any]) -> bytes:
    """A list of the codes, and the cards on pages to print."""
    from xlsxwriter import Workbook

    out, words = io.BytesIO(), values.get("mark", "")
    with Workbook(out, {**PLAIN, "in_memory": True}) as book:
        _list(book, values["cards"], words)
        _print(book, values["cards"], words)
    return out.getvalue()


def _list(book: Any, cards: Sequence[Mapping[str, str]], words: str) -> None:
    table = Table(book, Formats(book), "名单", [name for name, _ in _COLUMNS], words)
    for column, (_, width) in enumerate(_COLUMNS):
        table.sheet.set_column(column, column, width)
    for card in cards:
        table.add([card[key] for key in _KEYS])
    table.end()


def _print(book: Any, cards: Sequence[Mapping[str, str]], words: str) -> None:
    sheet = book.add_worksheet("卡片")
    foot(sheet, words)
    sheet.set_paper(9)
    sheet.set_margins(0.4, 0.4, 0.4, 0.6)
    frame = book.add_format({"border": 4, "text_wrap": True, "valign": "vcenter", "font_size": 12})
    for each in range(_ACROSS):
        sheet.set_column(2 * each, 2 * each, _QR_WIDTH, frame)
        sheet.set_column(2 * each + 1, 2 * each + 1, _WIDTH)
    for place, card in enumerate(cards):
        row, column = place // _ACROSS, 2 * (place % _ACROSS)
        sheet.set_row(row, _HEIGHT)
        sheet.write_blank(row, column, None, frame)
        sheet.insert_image(row, column, "qr.png", {"image_data": _qr(card["says"], 4), "x_offset": 4, "y_offset": 24})
        told = f"{card['name']}\n{card['where']}\n{card['role']}\n\n扫码，或私聊辅导员助手，发：\n加入 {card['code']}"
        sheet.write_string(row, column + 1, told, frame)
    sheet.set_h_pagebreaks(list(range(_DOWN, len(cards) // _ACROSS + 1, _DOWN)))
