"""材料: the sentences of an annual report, as text and as Word."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from handlers.kit import Ask, Button, File, Refusal, Reply, Unit
from handlers.materials import sentences
from handlers.materials.subjects import Figures
from handlers.registry import ANYTHING, command, renders
from handlers.wording import periods, places, programmes
from scheduling import spans
from storage.organisation import history, units

# As a digest (design §6): what is longer is for Word.
MOST_LINES, MOST_CHARACTERS = 25, 1200
_WORD = frozenset({"word", "docx", "文档"})
_ROUNDED = "约数"
_NO_YEAR = re.compile(r"\d+周|[本这上]周|明年")
TEMPLATE = Path(__file__).with_name("template") / "material.docx"


@command(
    "材料", "material", who=programmes.READERS, group="周报", rank=29, help="年度材料的句子，加 Word 得到文档",
    glued=ANYTHING, examples=("材料 今年", "材料 2025学年 约数", "材料 今年 Word 汇总上报"), exports=True,
    snapshot=True,
)  # fmt: skip
def material(ask: Ask) -> Reply:
    """The sentences of a year, school year, term or month of the asker's unit, or of the one that is named."""
    span, words = periods.longer(ask.args, ask.today)
    if (span is not None and not span.label) or _NO_YEAR.search(ask.args):
        raise Refusal("材料按月、学期、学年、年写，发「材料 2026」「材料 2025学年」或「材料 3月」。")
    label = span.label if span else spans.label_of("year", ask.today)
    said = words.split()
    as_word = any(word.lower() in _WORD for word in said)
    rounded = _ROUNDED in said
    name = " ".join(word for word in said if word.lower() not in _WORD and word != _ROUNDED)
    [unit, *_] = places.chosen(ask, programmes.READERS, name, "材料", f"{label} {{}}")
    if as_word:
        return _document(ask, unit, label, rounded)
    return _text(ask, unit, label, rounded)


def _document(ask: Ask, unit: Unit, label: str, rounded: bool) -> Reply:
    title = f"{units.full_name(ask.db, unit)}{spans.said(label, ask.today)}工作材料"
    values = {"unit_ids": [unit.id], "period": label, "day": ask.today.isoformat(), "rounded": rounded}
    file = File(f"{title}.docx", "material", {**values, "at": ask.now.isoformat()})
    return Reply(f"{title}，只有数字和句子，请补上做法和事例。", file=file)


def _text(ask: Ask, unit: Unit, label: str, rounded: bool) -> Reply:
    told = sentences.text(Figures(ask.db, unit, ask.today), label, rounded)
    if len(told) == 1:
        return Reply(told[0])
    again = f"{label} {history.path_names(ask.db, [unit])[unit.id]}{f' {_ROUNDED}' if rounded else ''}"
    buttons = (Button("Word", "材料", f"{again} Word"), *_other(again, rounded))
    return Reply("\n".join(shortened(told)), buttons)


def _other(again: str, rounded: bool) -> tuple[Button, ...]:
    return () if rounded else (Button(_ROUNDED, "材料", f"{again} {_ROUNDED}"),)


def shortened(told: list[str]) -> list[str]:
    """As many lines as fit into a message; what is left is said to be in Word."""
    kept = told[:MOST_LINES]
    while len("\n".join(kept)) > MOST_CHARACTERS:
        kept.pop()
    left = len(told) - len(kept)
    return [*kept, f"还有 {left} 行，在 Word 里。"] if left else kept


@renders("material")
def document(db: Connection, values: Mapping[str, Any]) -> bytes:
    """The docx of the unit in `unit_ids` for `period` as of `day`; `fill` fills a form in a process of its own."""
    figures = Figures(db, units.by_id(db, values["unit_ids"][0]), date.fromisoformat(values["day"]))
    name = units.full_name(db, figures.unit)
    written = sentences.written(figures, values["period"], values["rounded"])
    told: dict[str, Any] = {
        "title": f"{name}{sentences.name_of(figures, values['period'])}工作材料",
        "sections": [{"title": each.title, "sentences": each.sentences} for each in written],
        "mark": values.get("mark", ""),
    }
    made: bytes = values["fill"](TEMPLATE.read_bytes(), {"kind": "material", "told": told})
    return made
