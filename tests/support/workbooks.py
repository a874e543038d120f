"""Rosters as other programs write them: workbooks of made-up schools, by hand where no library writes such a one."""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence

import xlsxwriter

Rows = Sequence[Sequence[object]]
HEAD = ("组织", "类型", "姓名", "角色", "企业微信账号", "Telegram ID", "应到人数", "别名")
COUNTY, SCHOOL = "青禾区少工委", "青禾区少工委/实验小学"
ROWS: Rows = (
    (COUNTY, "县少工委", "王主任", "县管理员", "wangzr", "", "", ""),
    (SCHOOL, "学校", "李老师", "大队辅导员", "lils", "", "", ""),
    (f"{SCHOOL}/三(2)中队", "中队", "张明", "中队辅导员", "00101", 123456789, 42, "雷锋中队"),
    (f"{SCHOOL}/三(3)中队", "中队", "周老师", "中队辅导员", "zhouls", "", 41, ""),
)


def text(rows: Rows = (HEAD, *ROWS), delimiter: str = ",", ending: str = "\r\n") -> str:
    """As CSV, nothing in quotes."""
    return "".join(delimiter.join(map(str, row)) + ending for row in rows)


def instead(row: int, column: int, value: object, rows: Rows = ROWS) -> Rows:
    """The rows with another value in one cell."""
    return [[value if (y, x) == (row, column) else cell for x, cell in enumerate(line)] for y, line in enumerate(rows)]


def xlsx(
    *sheets: tuple[str, Rows], first: tuple[int, int] = (0, 0), change: Callable[..., None] | None = None,
    **options: object,
) -> bytes:  # fmt: skip
    """A workbook of these sheets; `change` gets the book and its pages before it is closed."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, dict(options)) as book:
        pages = []
        for name, rows in sheets:
            pages.append(page := book.add_worksheet(name))
            for number, row in enumerate(rows, first[0]):
                for column, value in enumerate(row, first[1]):
                    if value != "":
                        page.write(number, column, value)
        if change:
            change(book, *pages)
    return out.getvalue()


def roster(rows: Rows = ROWS, **options: object) -> bytes:
    """A workbook with one sheet."""
    return xlsx(("名册", (HEAD, *rows)), **options)  # type: ignore[arg-type]


def rewritten(content: bytes, **parts: Callable[[str], str]) -> bytes:
    """The workbook with what a part's name stands for written in another way: sheet1, workbook, styles."""
    source, out = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in source.namelist():
            said = source.read(name)
            stem = name.rpartition("/")[2].partition(".")[0]  # of xl/_rels/workbook.xml.rels also
            packed.writestr(name, parts[stem](said.decode()).encode() if stem in parts else said)
    return out.getvalue()


def prefixed(xml: str) -> str:
    """With the prefix x: at every name, as the Open XML SDK writes."""
    xml = re.sub(r"<(/?)(?=[a-zA-Z])(?![a-z]+:)", r"<\1x:", xml)
    return xml.replace('xmlns="http://schemas.openxmlformats', 'xmlns:x="http://schemas.openxmlformats')


def fods(rows: Iterable[str], root: str = "office:document") -> str:
    """An OpenDocument sheet of these <table:table-row>, as one file of XML."""
    spaces = " ".join(
        f'xmlns:{each}="urn:oasis:names:tc:opendocument:xmlns:{each}:1.0"' for each in ("office", "table", "text")
    )
    body = f'<table:table table:name="Sheet1">{"".join(rows)}</table:table>'
    return f"<{root} {spaces}><office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></{root}>"


def ods(rows: Iterable[str], locked: bool = False) -> bytes:
    """The same as LibreOffice packs it."""
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": b"<encryption-data/>" if locked else b"<manifest/>",
            "content.xml": fods(rows, "office:document-content").encode(),
        }
    )


def zipped(files: Mapping[str, bytes]) -> bytes:
    """An archive of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


def ods_row(cells: Sequence[object], more: str = "") -> str:
    """One row of an OpenDocument sheet."""
    inside = "".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in cells)
    return f"<table:table-row {more}>{inside}</table:table-row>"


def html(rows: Iterable[str], charset: str = "utf-8") -> bytes:
    """A web page with a table of these <tr>."""
    page = f'<html><head><meta charset="{charset}"></head><body><p>导出</p><table>{"".join(rows)}</table></body></html>'
    return page.encode({"gb2312": "gb18030"}.get(charset, charset))


def html_row(cells: Sequence[object], more: str = "") -> str:
    """One row of a web page."""
    return f"<tr {more}>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def xml2003(rows: Iterable[str]) -> bytes:
    """Excel's XML of 2003 with these <Row>."""
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    inside = f'<Worksheet ss:Name="Sheet1"><Table>{"".join(rows)}</Table></Worksheet>'
    return f'<?xml version="1.0"?>\n<Workbook xmlns="{space}" xmlns:ss="{space}">{inside}</Workbook>'.encode()


def xml_row(cells: Sequence[object], more: str = "") -> str:
    """One row of Excel's XML of 2003."""
    inside = "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in cells)
    return f"<Row {more}>{inside}</Row>"
