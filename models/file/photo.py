"""Photos made safe: an upload becomes a new JPEG that holds a picture and nothing else.

The type is what the bytes decode as, never what a name or header says. The picture is turned the
right way up, made smaller if it is large, and written anew: no EXIF, no place where it was taken,
no profile, no second picture and nothing hidden behind the end goes with it.
"""

import io
import struct
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from models.errors import Code, Refusal
from models.file.words import JPEG, PNG, WEBP

PIXELS_MOST = 50_000_000
SIDE_PIXELS_MOST = 2_048
QUALITY = 85

if TYPE_CHECKING:
    from PIL.Image import Image

_FORMATS = {JPEG: ("JPEG", "MPO"), PNG: ("PNG",), WEBP: ("WEBP",)}
# What Pillow raises for bytes that are no picture, or stop being one: it has no one class.
_UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    OverflowError,
    ZeroDivisionError,
    NotImplementedError,
    struct.error,
)


class Picture(NamedTuple):
    """A photo as it is kept: a JPEG, and its size in pixels."""

    content: bytes
    width: int
    height: int


def picture(uploaded: BinaryIO, *, content_type: str) -> Picture:
    """Make the picture to be kept; raises Refusal INVALID.

    Of a moving picture it is the first frame. It takes up to half a second: not on the event loop.
    """
    # Pillow takes a fifth of a second to import: only those who take photos in pay for it.
    import PIL.Image

    # The limit below comes before any pixel is decoded; Pillow's own would only warn.
    PIL.Image.MAX_IMAGE_PIXELS = None
    try:
        with PIL.Image.open(uploaded, formats=("JPEG", "PNG", "WEBP")) as image:
            if image.format not in _FORMATS[content_type]:
                raise Refusal(Code.INVALID, "文件内容与声明的类型不符", "contentType")
            if image.width * image.height > PIXELS_MOST:
                raise Refusal(Code.INVALID, f"照片最多 {PIXELS_MOST // 1_000_000} 百万像素")
            return _written(image)
    except _UNREADABLE:
        raise Refusal(Code.INVALID, "照片无法识别，请上传 JPEG、PNG 或 WebP 照片") from None


def _written(image: "Image") -> Picture:
    # A large JPEG is decoded at an eighth to a half of its size, in as much less memory.
    image.draft("RGB", (SIDE_PIXELS_MOST, SIDE_PIXELS_MOST))
    upright = _upright(image)
    if upright.has_transparency_data:
        upright = _on_white(upright.convert("RGBA"))
    flat = upright.convert("RGB")
    flat.thumbnail((SIDE_PIXELS_MOST, SIDE_PIXELS_MOST))
    flat.info.clear()
    made = io.BytesIO()
    flat.save(made, "JPEG", quality=QUALITY, optimize=True, progressive=True, exif=b"")
    return Picture(made.getvalue(), flat.width, flat.height)


def _upright(image: "Image") -> "Image":
    from PIL import ImageOps

    image.load()
    try:
        return ImageOps.exif_transpose(image)
    except _UNREADABLE:
        # The picture is whole; only what a camera wrote about it is not.
        return image


def _on_white(image: "Image") -> "Image":
    import PIL.Image

    white = PIL.Image.new("RGB", image.size, "white")
    white.paste(image, mask=image)
    return white
