"""Makes NotoSansSC-GBK.otf and OFL.txt anew: `python handlers/digests/font/make_subset.py` with the dev packages."""

from importlib import metadata
from pathlib import Path

import noto_cjk_sans_otc  # type: ignore[import-untyped]
from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

HERE = Path(__file__).parent
FONT = HERE / "NotoSansSC-GBK.otf"
LICENCE = HERE / "OFL.txt"
PACKAGE = "noto-cjk-sans-otc"
# Face 2 of the collection has the forms of the mainland; face 0 has the Japanese ones.
MAINLAND = 2
# What GBK lacks: signs of the pictures, and 276 of the 8,105 characters of 通用规范汉字表 (2013); the others are in it.
BEYOND = HERE / "beyond_gbk.txt"
# Vertical writing, baselines and other layouts are of no use to a horizontal picture.
DROPPED = ["BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx", "DSIG"]


def characters() -> set[int]:
    """The code points of GBK, ASCII and `BEYOND`."""
    found = set(range(0x20, 0x7F)) | {ord(char) for char in BEYOND.read_text(encoding="utf-8") if char != "\n"}
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            text = bytes((lead, trail)).decode("gbk", errors="ignore")
            found.update(ord(char) for char in text if len(text) == 1)
    return found


def options() -> subset.Options:
    """Small and the same on every run: no hints, no layout features, the time stamp of the original."""
    return subset.Options(
        hinting=False,
        layout_features=[],
        drop_tables=DROPPED,
        name_IDs=[0, 1, 2, 4, 5, 6, 13, 14],
        name_languages=[0x409],
        notdef_outline=True,
        recalc_timestamp=False,
    )


def main() -> None:
    """Write both files beside this script."""
    font = TTFont(noto_cjk_sans_otc.FONT_PATH, fontNumber=MAINLAND, recalcTimestamp=False)
    subsetter = subset.Subsetter(options())
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    subset.save_font(font, str(FONT), options())
    licence = next(file for file in metadata.files(PACKAGE) or [] if file.name == "LICENSE")
    LICENCE.write_text(licence.read_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
