"""What is kept of a photo or document: checked by its content, a photo without where and by what it was taken."""

import io
import zipfile

MOST_BYTES = 10 << 20
MOST_PIXELS = 50_000_000
# A workbook that unpacks to more is no report of an activity.
MOST_PARTS, MOST_UNPACKED = 2000, 200 << 20
_OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF")


class NotKept(Exception):
    """The content is nothing that we keep."""


def checked(kind: str, content: bytes) -> tuple[bytes, str]:
    """What is kept of it, and its MIME type; raises NotKept."""
    if len(content) > MOST_BYTES:
        raise NotKept
    if kind == "photo" or content.startswith(_PICTURES):
        return cleaned(content)
    return content, _document(content)


def cleaned(content: bytes) -> tuple[bytes, str]:
    """The photo without its metadata (place, device), and its MIME type; raises NotKept."""
    # Pillow costs 20 ms to import: only when there is a photo.
    from PIL import Image, ImageOps

    if len(content) > MOST_BYTES:
        raise NotKept
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP", "GIF")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise NotKept
            plain = io.BytesIO()
            ImageOps.exif_transpose(image).convert("RGB").save(plain, "JPEG", quality=88)
    except Exception as error:
        # Crafted files break image libraries in ways that no list foresees.
        raise NotKept from error
    return plain.getvalue(), "image/jpeg"


def _document(content: bytes) -> str:
    """The MIME type of a PDF, or of a document or workbook without macros; only the list of its parts is read."""
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return "application/pdf"
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            found = parts.infolist()
    except Exception as error:
        raise NotKept from error
    names = {part.filename for part in found}
    too_large = len(found) > MOST_PARTS or sum(part.file_size for part in found) > MOST_UNPACKED
    if too_large or "[Content_Types].xml" not in names or any(name.endswith("vbaProject.bin") for name in names):
        raise NotKept
    mime = next((mime for name, mime in _OFFICE.items() if name in names), None)
    if mime is None:
        raise NotKept
    return mime
