"""材料 as Word: the sentences in our own document, both its Chinese and Latin fonts set, and who asked for it."""

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from sqlalchemy import select

from bot.files.forms import filler
from handlers.materials.material import MOST_CHARACTERS, TEMPLATE, shortened
from storage.audit.audit import Action
from storage.tables import audit
from tests.support.stage import Bot, running

pytestmark = pytest.mark.both


def newest(bot: Bot) -> bytes:
    """The file that was sent last."""
    return max((bot.channel.folder / "sent").glob("*"), key=lambda path: int(path.name[1:])).read_bytes()


def fonts(document: Any) -> set[tuple[str, str]]:
    """(Latin, Chinese) of every run with words."""
    runs = [run for paragraph in document.paragraphs for run in paragraph.runs if run.text]
    return {(run.font.name, run._element.rPr.rFonts.get(qn("w:eastAsia"))) for run in runs}


def test_the_document_says_what_the_chat_says(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running(tmp_path) as bot:
            await bot.say("王主任", "宣讲 1500余场次 20余万人次")
            [told] = await bot.say("王主任", "材料 今年")
            await bot.say("王主任", "材料 今年 Word 汇总上报")
            document = Document(io.BytesIO(newest(bot)))
            assert [each.text for each in document.paragraphs if each.text] == [
                "青禾区少工委(演示)2026年（截至4月3日）工作材料", *told.splitlines()[1:]
            ]  # fmt: skip
            assert fonts(document) == {("Times New Roman", font) for font in ("方正小标宋简体", "黑体", "仿宋")}
            foot = [each.text for each in document.sections[0].footer.paragraphs if each.text]
            assert foot == ["王主任 2026-04-03 09:00 导出，用途：汇总上报。请勿转发"]
            with bot.read() as db:
                about = json.loads(db.scalar(select(audit.c.about).where(audit.c.deed == Action.EXPORTED)))
            assert (about["what"], about["why"], about["period"]) == ("材料", "汇总上报", "2026")

    asyncio.run(scene())


@pytest.mark.parametrize(("lines", "long", "kept"), [(25, 10, 25), (26, 10, 25), (20, 100, 11), (60, 40, 25)])
def test_what_is_too_long_for_a_message_is_in_word(lines: int, long: int, kept: int) -> None:
    told = shortened(["字" * long] * lines)
    assert len(told) == kept + (lines > kept) and len("\n".join(told[:kept])) <= MOST_CHARACTERS
    assert lines == kept or told[-1] == f"还有 {lines - kept} 行，在 Word 里。"


def test_the_same_words_are_the_same_bytes_an_hour_later(monkeypatch: pytest.MonkeyPatch) -> None:
    order = {"kind": "material", "told": {"title": "材料", "sections": [], "mark": "王主任"}}
    made = []
    for hour in (9, 10):
        monkeypatch.setattr("time.localtime", lambda *_, hour=hour: (2026, 4, 3, hour, 0, 0, 4, 93, 0))
        made.append(filler.answer(order, TEMPLATE.read_bytes()))
    assert made[0] == made[1]


def test_our_document_holds_no_names_of_people() -> None:
    about = Document(io.BytesIO(TEMPLATE.read_bytes())).core_properties
    assert (about.author, about.comments) == ("", "")
