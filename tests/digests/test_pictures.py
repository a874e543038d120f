"""What is drawn: every character of the standard list and of GBK; of others what they are, never a box."""

import io

import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from PIL import Image, ImageColor

from handlers import pictures
from handlers.pictures import FONT, Page, drawn

_BEYOND = FONT.with_name("beyond_gbk.txt").read_text(encoding="utf-8").replace("\n", "")
_GBK = {
    char
    for lead in range(0x81, 0xFF)
    for trail in range(0x40, 0xFF)
    for char in bytes((lead, trail)).decode("gbk", errors="ignore")
    if ord(char) > 0x7F
}


def test_the_standard_list_is_drawn() -> None:
    """通用规范汉字表: 8,105 characters, of which 7,829 are among the first 20,902 of Unicode, that is in GBK."""
    rare = {char for char in _BEYOND if ord(char) > 0x3400} - {"𠮷"}
    assert len(rare) == 8105 - 7829 and rare.isdisjoint(_GBK)
    assert {chr(code) for code in range(0x4E00, 0x9FA6)} <= _GBK
    known = TTFont(FONT).getBestCmap()
    wanted = (_GBK | set(_BEYOND) | {"𠮷", "㛃", "䶮"}) - {"≒"}
    assert not [char for char in wanted if ord(char) not in known]
    assert not [char for char in wanted if char.isprintable() and drawn(char) != char]
    assert "SIL OPEN FONT LICENSE" in FONT.with_name("OFL.txt").read_text(encoding="utf-8")


def test_what_is_taken_for_known_is_in_the_font() -> None:
    known = TTFont(FONT).getBestCmap()
    shown = {sign for code in range(0x20, 0x2FA20) if not 0xD800 <= code < 0xE000 for sign in drawn(chr(code))}
    assert not [sign for sign in shown if ord(sign) not in known]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("𠮷㛃䶮小学", "𠮷㛃䶮小学"),
        ("三(2)中队🎉🎉", "三(2)中队〔图案〕"),
        ("👨\u200d👩\u200d👧之家", "〔图案〕之家"),
        ("𰻞面小学", "〔生僻字〕面小学"),
        ("\ue000家庄小学", "〔生僻字〕家庄小学"),
        ("བོད་ཡིག小学", "〔别的文字〕小学"),
        ("ñandú ½ ≒", "nandú 〔图案〕 〔图案〕"),
        ("㊗\ufe0f成功\u200b", "祝成功"),
    ],
)
def test_what_the_font_lacks_is_said_in_words(words: str, shown: str) -> None:
    assert drawn(words) == shown


def test_a_rare_character_has_a_shape_of_its_own() -> None:
    def picture(words: str) -> bytes:
        page = Page()
        page.text(0, 0, words, 40, "#000000")
        page.down(60)
        return Image.open(io.BytesIO(page.png())).tobytes()

    boxes = {picture(char) for char in "𠮷㛃䶮"}
    assert len(boxes) == 3


def test_every_colour_comes_back_and_a_long_sheet_is_small() -> None:
    page, colours = Page(), (*pictures._ON, *pictures._INKS, pictures.WHITE, pictures.PINK, pictures.ROSE)
    for colour in colours:
        page.grow(400)
        page.box((0, page.y, 20, page.y + 20), 0, colour)
        for line in range(8):
            page.text(40, page.y + 40 * line, "实验小学(演示)三(2)中队 主题队日 40 人次 到场 95.2%", 26, pictures.INK)
        page.down(400)
    png = page.png()
    sheet = Image.open(io.BytesIO(png)).convert("RGB")
    for place, colour in enumerate(colours):
        seen = sheet.getpixel((10, 400 * place + 10))
        # Two that are nearly one may become one.
        assert max(abs(one - other) for one, other in zip(seen, ImageColor.getrgb(colour), strict=True)) < 8
    assert len(png) < 300_000
