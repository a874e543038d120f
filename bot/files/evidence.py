"""What is kept of a photo or document: checked by its content, without what it says of itself."""

import io
import zipfile
from pathlib import Path

from bot.files import documents, sandbox
from bot.files.pictures import NotKept, as_jpeg, in_document

MOST_BYTES = 10 << 20
# A workbook that unpacks to more is no report of an activity; nor is one of more pictures than 33 of a phone.
MOST_PARTS, MOST_UNPACKED, MOST_PIXELS_TOGETHER = 2000, 200 << 20, 400_000_000
# A document in a document in a document.
_DEEPEST = 3
_OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_PHOTOS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF")
_PICTURES = (*_PHOTOS, b"II*\x00", b"MM\x00*", b"BM")
# By its name a picture must be one that we can clean.
_ENDINGS = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".webp", ".tif", ".tiff", ".bmp", ".heic", ".heif")
_ZIP = b"PK\x03\x04"
# The same content is the same file, whenever it was packed.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_PDF_CLEANER = Path(__file__).with_name("pdf_cleaner.py")
NO_PDF = (
    "刚才的 PDF 没有保存：打不开、加了密码，或清理不了。请用「打印 → 另存为 PDF」再存一次，重新发来。签到不受影响。"
)


def checked(kind: str, content: bytes) -> tuple[bytes, str]:
    """What is kept of it, and its MIME type; raises NotKept."""
    if len(content) > MOST_BYTES:
        raise NotKept
    if kind == "photo" or content.startswith(_PHOTOS):
        return as_jpeg(content), "image/jpeg"
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return _pdf(content), "application/pdf"
    return _document(content)


def _pdf(content: bytes) -> bytes:
    """Its pages alone, without notes, comments, attachments and scripts; raises NotKept."""
    status, cleaned = sandbox.run(_PDF_CLEANER, content)
    if status:
        raise NotKept(NO_PDF)
    return cleaned


def _document(content: bytes) -> tuple[bytes, str]:
    """A document or workbook without macros, its pictures cleaned, and its MIME type."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = set(parts.namelist())
            mime = next((mime for name, mime in _OFFICE.items() if name in names), None)
            if mime is None or "[Content_Types].xml" not in names:
                raise NotKept
            return _Packed().anew(parts), mime
    except NotKept:
        raise
    except Exception as error:
        raise NotKept from error


class _Packed:
    """A document that is packed anew, with those in it; what they unpack to is counted together."""

    def __init__(self) -> None:
        self._parts = self._bytes = self._pixels = 0

    def anew(self, parts: zipfile.ZipFile, depth: int = 1) -> bytes:
        """The same parts without notes of the archive, pictures cleaned; raises NotKept."""
        found = parts.infolist()
        self._parts += len(found)
        self._bytes += sum(part.file_size for part in found)
        macros = any(part.filename.endswith("vbaProject.bin") for part in found)
        twice = len({part.filename for part in found}) < len(found)
        if macros or twice or depth > _DEEPEST or self._parts > MOST_PARTS or self._bytes > MOST_UNPACKED:
            raise NotKept
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for part in found:
                cleaned = self._part(part.filename, parts.read(part), depth)
                packed.writestr(zipfile.ZipInfo(part.filename, _EPOCH), cleaned, zipfile.ZIP_DEFLATED)
        return out.getvalue()

    def _part(self, name: str, content: bytes, depth: int) -> bytes:
        if content.startswith(_ZIP):
            with zipfile.ZipFile(io.BytesIO(content)) as parts:
                return self.anew(parts, depth + 1)
        if not (content.startswith(_PICTURES) or name.lower().endswith(_ENDINGS)):
            return documents.plain(name, content)
        picture, pixels = in_document(content)
        self._pixels += pixels
        if self._pixels > MOST_PIXELS_TOGETHER:
            raise NotKept
        return picture
