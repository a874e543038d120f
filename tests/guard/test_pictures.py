"""What pictures say of themselves goes, whatever the kind and wherever it stands; the looks stay."""

import io
import logging
import zipfile
import zlib
from collections.abc import Callable

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from bot.files import evidence
from bot.files.evidence import checked
from bot.files.pictures import NotKept
from bot.logs import hush

NOTE = "planted 慕容晚晴 30.2741N"
RAW = NOTE.encode()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>' + RAW + b"</rdf:RDF></x:xmpmeta>"
SIZE = (40, 30)


def saved(fmt: str, mode: str = "RGB", **more: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, SIZE, 90 if mode in "LP" else (90, 60, 30)).save(out, fmt, **more)
    return out.getvalue()


def exif() -> bytes:
    made = Image.Exif()
    made[0x010E], made[0x013B], made[0x9286] = NOTE, NOTE, RAW
    made.get_ifd(0x8825)[29] = NOTE
    return made.tobytes()


def segment(mark: int, body: bytes) -> bytes:
    """A JPEG with one more segment behind its start."""
    whole = saved("JPEG")
    return whole[:2] + bytes([0xFF, mark]) + (len(body) + 2).to_bytes(2, "big") + body + whole[2:]


def chunk(kind: bytes, body: bytes) -> bytes:
    """A PNG with one more chunk behind its head."""
    whole, crc = saved("PNG"), zlib.crc32(kind + body).to_bytes(4, "big")
    return whole[:33] + len(body).to_bytes(4, "big") + kind + body + crc + whole[33:]


def text_chunks() -> bytes:
    info = PngInfo()
    info.add_text("Comment", "planted latin")
    info.add_text("Description", NOTE, zip=True)
    info.add_itxt("Author", NOTE)
    info.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=True)
    return saved("PNG", pnginfo=info)


def profile() -> bytes:
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return made + RAW


def gif(extension: bytes) -> bytes:
    whole = saved("GIF", "P")
    at = whole.index(b",", 13 + 3 * 2 ** ((whole[10] & 7) + 1))
    return whole[:at] + b"!" + extension + bytes([len(RAW)]) + RAW + b"\x00" + whole[at:]


def tiff() -> bytes:
    notes = ImageFileDirectory_v2()
    notes[270], notes[315], notes[700] = NOTE, NOTE, XMP
    return saved("TIFF", tiffinfo=notes)


MADE: dict[str, Callable[[], bytes]] = {
    "jpg comment": lambda: saved("JPEG", comment=RAW), "jpg exif": lambda: saved("JPEG", exif=exif()),
    "jpg xmp": lambda: segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP),
    "jpg iptc": lambda: segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0" + len(RAW).to_bytes(2, "big") + RAW),
    "jpg icc": lambda: saved("JPEG", icc_profile=profile()), "jpg jfxx": lambda: segment(0xE0, b"JFXX\0\x13" + RAW),
    "jpg app9": lambda: segment(0xE9, RAW), "jpg end": lambda: saved("JPEG") + RAW,
    "png texts": text_chunks, "png xmp": lambda: chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP),
    "png exif": lambda: saved("PNG", exif=exif()), "png icc": lambda: saved("PNG", icc_profile=profile()),
    "png own": lambda: chunk(b"prVt", RAW), "png end": lambda: saved("PNG") + RAW,
    "gif comment": lambda: gif(b"\xfe"), "gif xmp": lambda: gif(b"\xff\x0bXMP DataXMP"),
    "gif words": lambda: gif(b"\x01\x0c" + b"\0" * 12), "gif end": lambda: saved("GIF", "P") + RAW,
    "webp exif": lambda: saved("WEBP", exif=exif()), "webp xmp": lambda: saved("WEBP", xmp=XMP),
    "webp icc": lambda: saved("WEBP", icc_profile=profile()), "tif notes": tiff,
    "bmp end": lambda: saved("BMP") + RAW,
}  # fmt: skip
PHOTOS = [name for name in MADE if name[:3] not in ("tif", "bmp")]


def packed(parts: dict[str, bytes], main: str = "word/document.xml") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.comment = RAW
        for name, content in {"[Content_Types].xml": b"<Types/>", main: b"<w/>" * 99, **parts}.items():
            part = zipfile.ZipInfo(name)
            part.comment, part.extra = RAW, b"\xfe\xca" + len(RAW).to_bytes(2, "little") + RAW
            made.writestr(part, content)
    return out.getvalue()


def says_nothing(content: bytes) -> None:
    assert RAW not in content and b"planted" not in content
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        assert image.size == SIZE and not image.getexif().get_ifd(0x8825)
        kept = {**image.info, **getattr(image, "text", {})}
    assert "planted" not in str(kept) and not {"comment", "xmp", "exif", "icc_profile", "photoshop"} & set(kept)


@pytest.mark.parametrize("name", PHOTOS)
def test_a_photo_says_nothing_of_itself(name: str) -> None:
    says_nothing(checked("photo", MADE[name]())[0])
    says_nothing(checked("document", MADE[name]())[0])


@pytest.mark.parametrize("name", MADE)
def test_nor_does_one_in_a_document(name: str) -> None:
    kind = name[:4].strip()
    places = ("word/media/image1.", "docProps/thumbnail.", "xl/media/a.", "word/unheard-of/b.")
    inner = packed({f"xl/media/image1.{kind}": MADE[name]()}, "xl/workbook.xml")
    given = packed({f"{place}{kind}": MADE[name]() for place in places} | {"word/embeddings/a.xlsx": inner})
    made, mime = checked("document", given)
    assert mime.endswith("wordprocessingml.document") and RAW not in made
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        assert parts.read("word/document.xml") == b"<w/>" * 99
        for place in places:
            says_nothing(parts.read(f"{place}{kind}"))
        with zipfile.ZipFile(io.BytesIO(parts.read("word/embeddings/a.xlsx"))) as deeper:
            says_nothing(deeper.read(f"xl/media/image1.{kind}"))
    # Packed at another time it is the same file.
    assert checked("document", made) == (made, mime) or kind in ("jpg", "webp")


def test_the_looks_stay() -> None:
    see_through = saved("PNG", "P", transparency=90)
    with zipfile.ZipFile(io.BytesIO(checked("document", packed({"word/media/a.png": see_through}))[0])) as parts:
        both = [Image.open(io.BytesIO(each)) for each in (see_through, parts.read("word/media/a.png"))]
    assert [each.format for each in both] == ["PNG", "PNG"]
    assert both[0].convert("RGBA").tobytes() == both[1].convert("RGBA").tobytes()


def deep(times: int) -> bytes:
    made = packed({})
    for _ in range(times):
        made = packed({"word/embeddings/a.docx": made})
    return made


@pytest.mark.parametrize(
    "content",
    [
        packed({"word/media/a.heic": b"\0\0\0\x18ftypheic" + RAW}), packed({"word/media/a.jpg": b"no picture"}),
        packed({"word/media/a.emf": saved("JPEG")[:99]}), deep(3), packed({"word/vbaProject.bin": b""}),
        packed({f"a{number}": b"" for number in range(evidence.MOST_PARTS)}),
        packed({"word/embeddings/a.docx": packed({"word/vbaProject.bin": b""})}), packed({"a.zip": b"PK\x03\x04 none"}),
    ],
    ids=["heic", "no picture", "cut off", "too deep", "macros", "parts", "macros within", "broken within"],
)  # fmt: skip
def test_what_cannot_be_cleaned_is_not_kept(content: bytes) -> None:
    with pytest.raises(NotKept):
        checked("document", content)
    assert checked("document", deep(2))


def test_pictures_of_one_document_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    many = packed({f"word/media/{number}.png": saved("PNG") for number in range(5)})
    monkeypatch.setattr(evidence, "MOST_PIXELS_TOGETHER", 5 * SIZE[0] * SIZE[1])
    assert checked("document", many)
    monkeypatch.setattr(evidence, "MOST_PIXELS_TOGETHER", 5 * SIZE[0] * SIZE[1] - 1)
    with pytest.raises(NotKept):
        checked("document", many)


def test_what_a_photo_says_is_not_logged_at_debug_either(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    hush()
    for name in MADE:
        checked("document", packed({f"word/media/a.{name[:4].strip()}": MADE[name]()}))
    assert [record for record in caplog.records if record.name.startswith("PIL")] == []
