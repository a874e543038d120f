"""Run as a program of its own (limited.py): a PDF on standard input → its pages and no more on standard output."""

import io
import sys
import zlib
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject

# What a page is, of what one may hold (ISO 32000-1, table 30): no comments, previews, notes of the program.
_PAGE = ("/Type", "/Parent", "/Resources", "/MediaBox", "/CropBox", "/Rotate", "/Contents", "/UserUnit", "/Group")
# What anything on it may say of itself: XMP, the program's own, days, files, where a map lies.
_SAID = ("/Metadata", "/PieceInfo", "/LastModified", "/AF", "/OPI", "/Measure", "/PtData", "/Alternates", "/Info")
# JPEG segments that hold no pixels, but for JFIF and Adobe, which say what the colours mean.
_NOTES = {*range(0xE1, 0xEE), 0xEF, 0xFE}
_SCAN, _END, _WITHIN_SCAN = 0xDA, 0xD9, {0, *range(0xD0, 0xD8)}
_NO_PDF = 1


def cleaned(content: bytes) -> bytes:
    """The pages alone, made anew; raises errors of all kinds for what is no PDF, or locked."""
    reader, whole, kept = PdfReader(io.BytesIO(content)), PdfWriter(), PdfWriter()
    if reader.is_encrypted and not reader.decrypt(""):
        raise ValueError("locked")
    for page in reader.pages:
        _keep(page, _PAGE)
        whole.add_page(page)
    for thing in whole._objects:
        _forget(thing)
    # Copied once more: what nothing points to any longer is not written.
    for page in whole.pages:
        kept.add_page(page)
    out = io.BytesIO()
    kept.write(out)
    return out.getvalue()


def _keep(thing: DictionaryObject, names: tuple[str, ...]) -> None:
    for name in [each for each in thing if each not in names]:
        del thing[name]


def _forget(thing: Any) -> None:
    """Of this and all that stands in it; what it points to is looked at by itself."""
    if isinstance(thing, list):
        for each in thing:
            _forget(each)
    if not isinstance(thing, DictionaryObject):
        return
    for name in [name for name in _SAID if name in thing]:
        del thing[name]
    for each in thing.values():
        _forget(each)
    if isinstance(thing, StreamObject):
        _forget_notes(thing)


def _forget_notes(stream: StreamObject) -> None:
    """Of a picture that is kept as a camera wrote it."""
    found = stream.get("/Filter", [])
    filters = list(found) if isinstance(found, list) else [found]
    if "/JPXDecode" in filters:
        raise ValueError("JPEG 2000 is not cleaned")
    if "/DCTDecode" not in filters:
        return
    for name in filters[:-1]:
        if name != "/FlateDecode":
            raise ValueError(name)
        stream._data = zlib.decompress(stream._data)
    stream._data = plain_jpeg(stream._data)
    stream[NameObject("/Filter")] = filters[-1]
    if len(filters) > 1:
        stream.pop("/DecodeParms", None)


def plain_jpeg(content: bytes) -> bytes:
    """The same pixels without notes and what follows the end; raises ValueError when it is cut off."""
    at, kept = content.index(b"\xff\xd8") + 2, [b"\xff\xd8"]
    while True:
        at = content.index(b"\xff", at)
        mark = content[at + 1]
        if mark == 0xFF:
            at += 1
            continue
        if mark == _END:
            return b"".join([*kept, b"\xff\xd9"])
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if mark == _SCAN:
            end = _scan_end(content, end)
        if mark not in _NOTES:
            kept.append(content[at:end])
        at = end


def _scan_end(content: bytes, at: int) -> int:
    while content[at := content.index(b"\xff", at)] and content[at + 1] in _WITHIN_SCAN:
        at += 2
    return at


def main() -> int:
    """0, or 1 when it cannot be cleaned."""
    try:
        made = cleaned(sys.stdin.buffer.read())
    except Exception:
        return _NO_PDF
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
