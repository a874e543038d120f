"""What all pictures that we make have in common: a sheet 800 px wide for a phone, its colours and its font."""

import io
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image, ImageFont

FONT = Path(__file__).parent / "digests" / "font" / "NotoSansSC-GBK.otf"
WIDTH, MARGIN, GAP = 800, 40, 20
INNER = WIDTH - 2 * MARGIN
PAPER, CARD, INK, SOFT = "#FAF6F0", "#FFFFFF", "#2B2622", "#6F665E"
RED, BAR, TRACK, CHIP = "#B93A2E", "#DB8A74", "#F1E8DE", "#F6EBDD"
BETTER, WORSE = "#2F7D5B", "#A8642B"

Box = tuple[int, int, int, int]


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
        self._draw.text((x, y), words, colour, _font(size), anchor, stroke_width=outline)

    def fitting(self, words: str, size: int, width: int) -> int:
        """The largest size up to `size` in which the words are no wider than `width`."""
        while size > 20 and _font(size).getlength(words) > width:
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
            wide = round(_font(size).getlength(name)) + 36
            if x > MARGIN and x + wide > WIDTH - MARGIN:
                x = MARGIN
                self.down(60)
            self.grow(60)
            self.box((x, self.y, x + wide, self.y + 48), 24, CHIP)
            self.text(x + 18, self.y + 24, name, size, INK, anchor="lm")
            x += wide + 12
        self.down(60 if names else 0)

    def png(self) -> bytes:
        """What was drawn, cut off below the last thing."""
        out = io.BytesIO()
        self._image.crop((0, 0, WIDTH, max(self.y, 1))).save(out, "PNG")
        return out.getvalue()


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
