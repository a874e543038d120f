"""Run as a program of its own (limited.py): an order and a form on standard input → the form filled, or its fields.

The first line is the order as JSON: {"kind": "material", "told"} fills our own document; {"kind": "fields"} says of
somebody's form {"document", "fields": [[place, name]], "texts"}; {"kind": "fill", "values": {name: [value, source]},
"mark"} fills it.
"""

import io
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

from bot.files.sandbox import TOO_MUCH

# A part that declares entities could name files of this machine; no office program writes one.
_DECLARES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
# {{宣讲.场次.今年}}, as well with the braces that a Chinese keyboard writes.
_FIELD = re.compile(r"[{｛]{2}([^{}｛｝]*)[}｝]{2}")
_BRACES = re.compile(r"[{｛]{2}|[}｝]{2}")
# The same in a document, where each brace may stand in a run of its own.
_OPENED, _CLOSED = (re.compile(rf"{each}((?:<[^>]*>)*){each}") for each in ("[{｛]", "[}｝]"))
# In the place of its name: a field that is not closed, or not opened.
_HALF = "{"
_MARKS = re.compile(r"\{(?=[%#])")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d+)?")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")
# 1500余, 20余万, 1.35万余, 约3020, 近3000; and the formats that can say so.
_HEDGED = re.compile(r"(约|近)?(\d+(?:\.\d+)?)(余)?(万)?(余)?")
_PLAIN = re.compile(r"[#,0]+")
_LATIN, _CHINESE = "Times New Roman", "仿宋"
_OURS = "辅导员助手"
_MOST_PARTS, _MOST_UNPACKED = 2000, 100 << 20


class TooMuch(Exception):
    """What unpacks to more than a form does."""


def _names(text: str) -> list[str]:
    """The names of the fields in it, and `_HALF` where braces are left over."""
    found = [name.strip() for name in _FIELD.findall(text)]
    return [*found, *([_HALF] if _BRACES.search(_FIELD.sub("", text)) else [])]


def is_document(content: bytes) -> bool:
    """Whether it is a docx, not an xlsx; raises errors of all kinds for what is neither, or not to be opened."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        found = parts.infolist()
        if len(found) > _MOST_PARTS or sum(part.file_size for part in found) > _MOST_UNPACKED:
            raise TooMuch
        names = {part.filename for part in found}
        for part in found:
            if part.filename.endswith((".xml", ".rels")) and any(each in parts.read(part) for each in _DECLARES):
                raise ValueError("declares entities")
    if any(name.endswith("vbaProject.bin") for name in names):
        raise ValueError("macros")
    return "word/document.xml" in names


# --- workbooks -----------------------------------------------------------------------------------------------


def _book(content: bytes) -> Any:
    from openpyxl import load_workbook

    return load_workbook(io.BytesIO(content), rich_text=True)


def _texts(book: Any) -> Iterator[tuple[Any, str]]:
    """(cell, text) of every cell with words, line by line."""
    for sheet in book.worksheets:
        # Those that there are: one stray cell in the last corner would make iter_rows go through 17,000,000,000.
        for _, cell in sorted(sheet._cells.items()):
            if isinstance(cell.value, (str, list)):
                yield cell, str(cell.value)


def _cells(book: Any) -> Iterator[tuple[Any, str]]:
    """Of these those with a field."""
    return ((cell, text) for cell, text in _texts(book) if _BRACES.search(text))


def _edges(book: Any) -> Iterator[tuple[str, Any]]:
    """(place, part) of what is printed above and below each sheet."""
    for sheet in book.worksheets:
        for where, edge in (("页眉", sheet.oddHeader), ("页脚", sheet.oddFooter)):
            yield from ((f"{sheet.title}!{where}", part) for part in (edge.left, edge.center, edge.right) if part.text)


def _looked_at_book(content: bytes) -> tuple[list[tuple[str, str]], list[str]]:
    """([(place, name)] of the fields, every text)."""
    book = _book(content)
    fields = [
        (f"{cell.parent.title}!{cell.coordinate}", "=" if cell.data_type == "f" else name)
        for cell, text in _cells(book)
        for name in _names(text)
    ]
    fields += [(place, name) for place, part in _edges(book) for name in _names(part.text)]
    return fields, [text for _, text in _texts(book)]


def _filled_book(content: bytes, values: dict[str, list[str]], mark: str) -> bytes:
    from openpyxl.comments import Comment

    book = _book(content)
    for cell, text in list(_cells(book)):
        if cell.data_type == "f":
            continue
        told = _FIELD.sub(lambda match: values[match[1].strip()][0], text)
        cell.value, cell.number_format = (
            _number(told, cell.number_format) if _FIELD.fullmatch(text.strip()) else (told, cell.number_format)
        )
        if isinstance(cell.value, str):
            # What begins with = is no formula of the form.
            cell.data_type = "s"
        sources = dict.fromkeys(values[name][1] for name in _names(text) if values[name][1])
        if sources:
            said = [cell.comment.text] if cell.comment else []
            cell.comment = Comment("\n".join([*said, *sources]), _OURS, height=120, width=260)
    for _, part in _edges(book):
        part.text = _FIELD.sub(lambda match: values[match[1].strip()][0].replace("&", "&&"), part.text)
    for sheet in book.worksheets:
        left = sheet.oddFooter.left
        left.text = " ".join(filter(None, (left.text, mark.replace("&", "&&"))))
    # The results of formulas that the form was saved with are those of its fields.
    book.calculation.fullCalcOnLoad = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _number(told: str, number_format: str) -> tuple[str | int | float, str]:
    """(value, format): 1500余 is 1500 as well, or a sum of the form would leave it out without a word."""
    general = number_format == "General"
    if percent := _PERCENT.fullmatch(told):
        share = round(float(percent[1]) / 100, 6)
        return (
            (share, "0.0%" if general else number_format) if general or "%" in number_format else (told, number_format)
        )
    if _NUMBER.fullmatch(told):
        return (float(told) if "." in told else int(told)), number_format
    hedged, plain = _HEDGED.fullmatch(told), "0" if general else number_format
    if not hedged or not _PLAIN.fullmatch(plain):
        return told, number_format
    before, digits, over, wan, more = hedged.groups(default="")
    value = round(float(digits) * (10_000 if wan else 1))
    return value, "".join((f'"{before}"' if before else "", plain, '"余"' if over or more else ""))


# --- documents -----------------------------------------------------------------------------------------------


def _environment() -> Any:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(undefined=StrictUndefined)


def _form(content: bytes) -> Any:
    """The document; nothing but {{field}} means anything in it, which is looked up by its name, never evaluated."""
    from docxtpl import DocxTemplate

    form = DocxTemplate(io.BytesIO(content))
    whole = form.patch_xml

    def patched(source: str) -> str:
        # Fields that a program cut into runs are whole again behind `whole`; then other marks may be so as well.
        text = _CLOSED.sub(r"}\1}", _OPENED.sub(r"{\1{", source))
        text = _MARKS.sub("{\u200b", str(whole(_MARKS.sub("{\u200b", text))))
        return _FIELD.sub(lambda match: f"{{{{ told[{json.dumps(_plain(match[1]))}] }}}}", text)

    form.patch_xml = patched
    return form


def _plain(name: str) -> str:
    return re.sub(r"<[^>]*>", "", name).strip()


class _Named(dict[str, str]):
    """Remembers the fields that it is asked for."""

    def __missing__(self, name: str) -> str:
        self[name] = ""
        return ""


def _looked_at_document(content: bytes) -> tuple[list[tuple[str, str]], list[str]]:
    """The same of a document: also of what is no paragraph of it, as text boxes and footnotes."""
    form, named = _form(content), _Named()
    document = form.get_docx()
    found = list(_places(document, ""))
    for number, section in enumerate(document.sections, 1):
        for part, said in ((section.header, "页眉"), (section.footer, "页脚")):
            found += _places(part, f"第{number}节{said}")
    texts = re.sub(r"<[^>]*>", "", re.sub(r"</w:p>", "\n", str(form.xml_to_string(document._element)))).split("\n")
    known = {name for _, name in found}
    if _HALF in known or any(_HALF in _names(text) for text in texts):
        return (found if _HALF in known else [*found, ("文本框或控件", _HALF)]), texts
    form.render({"told": named}, _environment(), autoescape=True)
    return [*found, *(("文本框、脚注或控件", name) for name in named if name not in known)], texts


def _places(part: Any, where: str) -> Iterator[tuple[str, str]]:
    """(where it stands, name) of each field: 第3段, 表1第2行第3格."""
    for number, paragraph in enumerate(part.paragraphs, 1):
        for name in _names(paragraph.text):
            yield where or f"第{number}段", name
    for number, table in enumerate(part.tables, 1):
        seen = set()
        for line, row in enumerate(table.rows, 1):
            for column, cell in enumerate(row.cells, 1):
                # A merged cell is there once for each that it covers.
                if cell._tc not in seen:
                    seen.add(cell._tc)
                    yield from _places(cell, f"{where}表{number}第{line}行第{column}格")


def _filled_document(content: bytes, values: dict[str, list[str]], mark: str) -> bytes:
    form = _form(content)
    form.render({"told": {name: value for name, (value, _) in values.items()}}, _environment(), autoescape=True)
    listed = [f"{name} = {value}：{source}" for name, (value, source) in values.items() if source]
    for words in ["数字来源（交出去以前可以删掉）", *listed, mark]:
        paragraph = form.docx.add_paragraph()
        _set_fonts(paragraph.add_run(words))
    return _saved(form)


def _set_fonts(run: Any) -> None:
    from docx.oxml.ns import qn

    run.font.name = _LATIN
    run._element.rPr.rFonts.set(qn("w:eastAsia"), _CHINESE)


def _material(content: bytes, told: dict[str, Any]) -> bytes:
    from docxtpl import DocxTemplate

    form = DocxTemplate(io.BytesIO(content))
    form.render(told, _environment(), autoescape=True)
    return _saved(form)


def _saved(form: Any) -> bytes:
    out, kept = io.BytesIO(), io.BytesIO()
    form.save(out)
    # The same inputs give the same bytes: each part has the minute in which it was packed.
    with zipfile.ZipFile(out) as parts, zipfile.ZipFile(kept, "w") as packed:
        for part in parts.infolist():
            content = parts.read(part)
            part.date_time = (1980, 1, 1, 0, 0, 0)
            packed.writestr(part, content)
    return kept.getvalue()


def answer(order: dict[str, Any], content: bytes) -> bytes:
    """The form filled, or its fields as JSON; raises errors of all kinds for what is no form."""
    if order["kind"] == "material":
        return _material(content, order["told"])
    document = is_document(content)
    if order["kind"] == "fields":
        found, texts = (_looked_at_document if document else _looked_at_book)(content)
        return json.dumps({"document": document, "fields": found, "texts": texts}, ensure_ascii=False).encode()
    return (_filled_document if document else _filled_book)(content, order["values"], order["mark"])


def main() -> int:
    """0, or 1 when it cannot be opened, 3 when it is too much."""
    order = json.loads(sys.stdin.buffer.readline())
    try:
        made = answer(order, sys.stdin.buffer.read())
    except (TooMuch, MemoryError):
        return TOO_MUCH
    except Exception:
        return 1
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
