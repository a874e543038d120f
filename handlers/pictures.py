"""What all pictures that we make have in common: a sheet 800 px wide for a phone, its colours and its font."""

import io
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image, ImageFont

FONT = Path(__file__).parent / "digests" / "font" / "NotoSansSC-GBK.otf"
# All that the font has beyond GBK and ASCII; it is cut to these (font/make_subset.py).
_BEYOND = FONT.with_name("beyond_gbk.txt")
# The one sign of GBK that it was not made with.
_LACKING = "≒"
WIDTH, MARGIN, GAP = 800, 40, 20
INNER = WIDTH - 2 * MARGIN
PAPER, CARD, INK, SOFT = "#FAF6F0", "#FFFFFF", "#2B2622", "#6F665E"
RED, BAR, TRACK, CHIP = "#B93A2E", "#DB8A74", "#F1E8DE", "#F6EBDD"
BETTER, WORSE = "#2F7D5B", "#A8642B"
# What stands on the red.
WHITE, PINK, ROSE = "#FFFFFF", "#F9E3DC", "#F3D3CA"
_INKS = (INK, SOFT, RED, BAR, BETTER, WORSE)
_ON = {RED: (WHITE, PINK, ROSE), **dict.fromkeys((PAPER, CARD, CHIP, TRACK), _INKS)}
# Between what stands there and what it stands on: the edges of its letters.
_SHADES = 8

Box = tuple[int, int, int, int]
# What is said instead of a sign that the font lacks, by its category; of the others nothing is seen.
_SIGN, _RARE, _SCRIPT = "〔图案〕", "〔生僻字〕", "〔别的文字〕"
_INSTEAD = {"So": _SIGN, "Sm": _SIGN, "Sk": _SIGN, "Sc": _SIGN, "No": _SIGN, "Co": _RARE} | dict.fromkeys(
    ("Lo", "Lu", "Ll", "Lt", "Lm", "Nd", "Nl", "Pd", "Ps", "Pe", "Po", "Cn"), _SCRIPT
)


def drawn(words: str) -> str:
    """The words in signs that the font has, never a box: of ñ the n, of 🎉 what it is, once for several in a row."""
    if all(map(_has, words)):
        return words
    told: list[str] = []
    for char in words:
        plain = char if _has(char) else _plain(char)
        shown = plain or (_RARE if _is_han(char) else _INSTEAD.get(unicodedata.category(char), ""))
        if plain or shown and shown not in told[-1:]:
            told.append(shown)
    return "".join(told)


def _plain(char: str) -> str:
    """Without its accents, or what it is composed of; empty where the font lacks a part: ½ is no 12."""
    parts = [part for part in unicodedata.normalize("NFKD", char) if unicodedata.category(part) != "Mn"]
    return "".join(parts) if all(map(_has, parts)) else ""


def _is_han(char: str) -> bool:
    return unicodedata.name(char, "").startswith("CJK")


@lru_cache(maxsize=8192)
def _has(char: str) -> bool:
    """Whether the font has the character, as it was cut."""
    if char in _beyond():
        return True
    return char.isprintable() and char != _LACKING and bool(char.encode("gbk", errors="ignore"))


@cache
def _beyond() -> frozenset[str]:
    return frozenset(_BEYOND.read_text(encoding="utf-8")) - {"\n"}


class Page:
    """A sheet that grows downwards; `y` is where the next thing goes."""

    def __init__(self) -> None:
        from PIL import Image, ImageDraw

        self._image = Image.new("RGB", (WIDTH, 1600), PAPER)
        self._draw = ImageDraw.Draw(self._image)
        self.y = 0

    def grow(self, by: int) -> None:
        """Make sure that `by` more pixels fit below `y`, and some to spare."""
        from PIL import Image, ImageDraw

        if self.y + by + 100 > self._image.height:
            larger = Image.new("RGB", (WIDTH, 2 * self._image.height + by), PAPER)
            larger.paste(self._image)
            self._image, self._draw = larger, ImageDraw.Draw(larger)

    def down(self, by: int) -> None:
        """Go on `by` pixels further down."""
        self.grow(by)
        self.y += by

    def text(
        self, x: int, y: int, words: str, size: int, colour: str, *, bold: bool = False, anchor: str = "la"
    ) -> None:
        """Write one line; there is one weight of the font, so bold is a thin outline."""
        outline = size / 60 if bold else 0
        self._draw.text((x, y), drawn(words), colour, _font(size), anchor, stroke_width=outline)

    def fitting(self, words: str, size: int, width: int) -> int:
        """The largest size up to `size` in which the words are no wider than `width`."""
        shown = drawn(words)
        while size > 20 and _font(size).getlength(shown) > width:
            size -= 2
        return size

    def box(self, box: Box, radius: int, colour: str) -> None:
        """A filled box with smooth round corners."""
        self._image.paste(colour, box, _mask(box[2] - box[0], box[3] - box[1], radius))

    def bar(self, box: Box, share: float) -> None:
        """A track of which `share` (0 to 1) is filled."""
        left, top, right, bottom = box
        radius = (bottom - top) // 2
        self.box(box, radius, TRACK)
        filled = round((right - left) * min(share, 1))
        if filled:
            self.box((left, top, left + max(filled, bottom - top), bottom), radius, BAR)

    def heading(self, words: str) -> None:
        """The title of a section."""
        self.grow(58)
        self.box((MARGIN, self.y + 8, MARGIN + 6, self.y + 36), 3, RED)
        self.text(MARGIN + 18, self.y, words, 28, INK, bold=True)
        self.down(58)

    def chips(self, names: Sequence[str]) -> None:
        """Small boxes with a word each, as many a line as fit."""
        x = MARGIN
        for name in names:
            size = self.fitting(name, 24, INNER - 36)
            wide = round(_font(size).getlength(drawn(name))) + 36
            if x > MARGIN and x + wide > WIDTH - MARGIN:
                x = MARGIN
                self.down(60)
            self.grow(60)
            self.box((x, self.y, x + wide, self.y + 48), 24, CHIP)
            self.text(x + 18, self.y + 24, name, size, INK, anchor="lm")
            x += wide + 12
        self.down(60 if names else 0)

    def png(self) -> bytes:
        """What was drawn, cut off below the last thing; in few colours it takes a third of the bytes and the time."""
        from PIL import Image

        out, sheet = io.BytesIO(), self._image.crop((0, 0, WIDTH, max(self.y, 1)))
        sheet.quantize(palette=_palette(), dither=Image.Dither.NONE).save(out, "PNG")
        return out.getvalue()


@cache
def _palette() -> "Image.Image":
    from PIL import Image, ImageColor

    pairs = [(ImageColor.getrgb(ground), ImageColor.getrgb(ink)) for ground, inks in _ON.items() for ink in inks]
    steps = [
        tuple(low + (high - low) * step // _SHADES for low, high in zip(*pair, strict=True))
        for pair in pairs
        for step in range(_SHADES + 1)
    ]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in dict.fromkeys(steps) for part in colour])
    return palette


@lru_cache(maxsize=32)
def _font(size: int) -> "ImageFont.FreeTypeFont":
    from PIL import ImageFont

    # The basic layout is there on every machine, so the same data gives the same picture everywhere.
    return ImageFont.truetype(str(FONT), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=64)
def _mask(width: int, height: int, radius: int) -> "Image.Image":
    """A box with round corners; only the corners are drawn large and reduced, which makes them smooth."""
    from PIL import Image, ImageDraw

    mask = Image.new("L", (width, height), 255)
    side = min(radius, width // 2, height // 2)
    if side:
        large = Image.new("L", (8 * side, 8 * side))
        ImageDraw.Draw(large).ellipse((0, 0, 8 * side - 1, 8 * side - 1), 255)
        disc = large.resize((2 * side, 2 * side), Image.Resampling.LANCZOS)
        for x in (0, 1):
            for y in (0, 1):
                corner = disc.crop((x * side, y * side, (x + 1) * side, (y + 1) * side))
                mask.paste(corner, (x * (width - side), y * (height - side)))
    return mask
