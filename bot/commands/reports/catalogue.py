"""catalogue: checks and prints the rows, as a list, as docs/systems.md, or as JSON."""

import argparse
import json
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.settings import Settings
from handlers.catalogue import catalogue
from handlers.catalogue.model import Row
from handlers.wording.medals import STARS

_HEAD = """\
# 能报什么：目录

这一页由 `python -m bot catalogue --markdown` 生成，不要手改。每一行是一项工作：发什么能记下来，周报和年报里怎么写。
行写在 `handlers/catalogue/rows/`，本地自己的行写在数据目录的 `catalogue/` 里，格式相同。
方式是「逐级办理」的，立一件得一个编号（D20260403-01），再按它的环节一步一步办；星级章用「提名」。
编号（S0-05）是五份报告里的系统，见 `tests/systems.csv`；S4-15（老有所学问卷）不做：问卷是自愿的，不汇总，不需要上报。
"""
_TABLE = "| 系统 | 名称 | 方式 | 谁报 | 这样发 | 一行汇总 |\n| --- | --- | --- | --- | --- | --- |"
_FIGURES = """
## 五份报告的数字

一年的数字都记下来以后，发「材料」，每一个数字都写得出来（`tests/materials/test_five_reports.py` 逐个核对）。
「约数」是发「材料 2026 约数」时的写法；「另一年」的数字和同一份报告里别的数字不在同一年、同一个范围。

| 系统 | 报告里的数字 | 记下的是 | 材料里写 |
| --- | --- | --- | --- |"""
FIGURES = Path(__file__).with_name("figures.toml")
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
    """The page docs/systems.md: a table a section, a line a row; what became of the figures of the five reports."""
    parts = [_HEAD]
    for section in dict.fromkeys(row.section for row in rows):
        parts.append(f"\n## {section}\n\n{_TABLE}")
        parts += [_line(row) for row in rows if row.section == section]
    parts.append(_FIGURES)
    names = {row.key: row.name for row in rows}
    parts += [_figure(each, names) for each in tomllib.loads(FIGURES.read_text("utf-8"))["figure"]]
    return "\n".join(parts) + "\n"


def _figure(one: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """The figures of a report, what is recorded for them, and the words that 材料 gives."""
    words = (
        f"{'；'.join(one['gives'])}{'（约数）' if one.get('rounded') else ''}{'（另一年）' if one.get('apart') else ''}"
    )
    return _cells(one["system"], "、".join(one["figures"]), _recorded(one, names), words)


def _recorded(one: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if "activity" in one:
        return f"{one['squads']} 个中队签到{one['activity']}，合 {one['events']} 场，{one['heads']} 人次"
    if "said" in one:
        said = one["said"] if isinstance(one["said"], list) else [one["said"]]
        times = one.get("times", 1) if isinstance(one.get("times", 1), list) else [one.get("times", 1)]
        whole = f" × {sum(times)}" if sum(times) > 1 else ""
        return f"`{said[0]}`{' 等' if len(said) > 1 else ''}{whole}"
    of = names[one["held"]] if "held" in one else names[one["cases"]] if "cases" in one else "星级章"
    counted = one.get("kinds") or {STARS[medal]: number for medal, number in one.get("medals", {}).items()}
    return f"{of} " + "、".join(f"{kind}{number}" for kind, number in counted.items()) if counted else "同上"


def _line(row: Row) -> str:
    example = f"`{row.example}`" if row.example else "–"
    return _cells("、".join(row.ids) or "–", row.name, _SHAPES[row.shape], "、".join(row.at), example, row.line)


def _cells(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
