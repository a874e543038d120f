"""Pictures without what they say of themselves: place, device, comments, text chunks, XMP, profiles, thumbnails."""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

MOST_PIXELS = 50_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
# In documents there are more kinds.
_IN_DOCUMENTS = (*_FORMATS, "TIFF", "BMP")
# Without this a picture of few colours would lose what is see-through in it.
_LOOKS = ("transparency",)


class NotKept(Exception):
    """The content is nothing that we keep; its words, if it has any, say why and what to do."""


def as_jpeg(content: bytes) -> bytes:
    """The photo, upright, made anew of nothing but its pixels; raises NotKept."""
    from PIL import ImageOps

    return _made_anew(content, _FORMATS, lambda image: (ImageOps.exif_transpose(image).convert("RGB"), "JPEG"))[0]


def in_document(content: bytes) -> tuple[bytes, int]:
    """A picture of a document in its own format (of a moving one the first image), and its pixels; raises NotKept."""
    return _made_anew(content, _IN_DOCUMENTS, lambda image: (image.copy(), str(image.format)))


def _made_anew(
    content: bytes, formats: tuple[str, ...], how: "Callable[[Image.Image], tuple[Image.Image, str]]"
) -> tuple[bytes, int]:
    # Pillow costs 20 ms to import: only when there is a picture.
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=formats) as image:
            if image.width * image.height > MOST_PIXELS:
                raise NotKept
            plain, kind = how(image)
            # What a format writes by itself of what the picture brought: comments, profiles.
            plain.info = {name: plain.info[name] for name in _LOOKS if name in plain.info}
            out = io.BytesIO()
            plain.save(out, kind, quality=88)
    except Exception as error:
        # Crafted files break image libraries in ways that no list foresees.
        raise NotKept from error
    return out.getvalue(), plain.width * plain.height
