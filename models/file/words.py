"""What sort of file people upload."""

from collections.abc import Mapping

from models.words import Word

PHOTO_BYTES_MOST = 6 * 1024 * 1024
TABLE_BYTES_MOST = 4 * 1024 * 1024
JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Kind(Word):
    """What a file is."""

    PHOTO = "PHOTO", "A photo: JPEG, PNG or WebP, at most 6 MiB.", "照片"
    TABLE = "TABLE", "An Excel workbook (xlsx), at most 4 MiB.", "表格"


CONTENT_TYPES: Mapping[Kind, tuple[str, ...]] = {
    Kind.PHOTO: (JPEG, PNG, WEBP),
    Kind.TABLE: (XLSX,),
}
BYTES_MOST: Mapping[Kind, int] = {
    Kind.PHOTO: PHOTO_BYTES_MOST,
    Kind.TABLE: TABLE_BYTES_MOST,
}
