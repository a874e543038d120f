"""catalogue: checks and prints the rows, as a list, as docs/systems.md, or as JSON."""

import argparse
import json
import sys

from bot.settings import Settings
from handlers.catalogue import catalogue
from handlers.catalogue.model import Row

_HEAD = """\
# 能报什么：目录

这一页由 `python -m bot catalogue --markdown` 生成，不要手改。每一行是一项工作：发什么能记下来，周报和年报里怎么写。
行写在 `handlers/catalogue/rows/`，本地自己的行写在数据目录的 `catalogue/` 里，格式相同。
方式是「逐级办理」的，立一件得一个编号（D20260403-01），再按它的环节一步一步办；星级章用「提名」。
编号（S0-05）是五份报告里的系统，见 `tests/systems.csv`；S4-15（老有所学问卷）不做：问卷是自愿的，不汇总，不需要上报。
"""
_TABLE = "| 系统 | 名称 | 方式 | 谁报 | 这样发 | 一行汇总 |\n| --- | --- | --- | --- | --- | --- |"
_SHAPES = {"checkin": "签到", "report": "上报", "case": "逐级办理", "roster": "名册"}


def add(parser: argparse.ArgumentParser) -> None:
    """Which form."""
    parser.epilog = "例：python -m bot catalogue --check"
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--check", action="store_true", help="只说自己的目录里哪里不对")
    form.add_argument("--markdown", action="store_true", help="打印 docs/systems.md 这一页")
    form.add_argument("--json", action="store_true", help="每一行的 key、ids、name、shape、fields、line、example")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0, or 1 when a file of the office's own rows was left out."""
    if arguments.markdown:
        print(markdown(catalogue.shipped()), end="")
        return 0
    found = catalogue.load(settings.data_dir / "catalogue")
    for problem in found.problems:
        print(problem, file=sys.stderr)
    if arguments.json:
        print(json.dumps([_as_json(row) for row in found.rows], ensure_ascii=False, indent=2))
    elif arguments.check:
        print(f"{len(found.rows)} 行，{'没有问题' if not found.problems else '有的文件没有采用'}")
    else:
        for row in found.rows:
            print(f"{row.key:20} {_SHAPES[row.shape]} {row.name}：{row.example or row.line}")
    return 1 if found.problems else 0


def _as_json(row: Row) -> dict[str, object]:
    kept = ("key", "ids", "name", "shape", "fields", "line", "example")
    return {name: value for name, value in row.model_dump(mode="json", exclude_defaults=True).items() if name in kept}


def markdown(rows: tuple[Row, ...]) -> str:
    """The page docs/systems.md: a table a section, a line a row."""
    parts = [_HEAD]
    for section in dict.fromkeys(row.section for row in rows):
        parts.append(f"\n## {section}\n\n{_TABLE}")
        parts += [_line(row) for row in rows if row.section == section]
    return "\n".join(parts) + "\n"


def _line(row: Row) -> str:
    example = f"`{row.example}`" if row.example else "–"
    cells = ("、".join(row.ids) or "–", row.name, _SHAPES[row.shape], "、".join(row.at), example, row.line)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
