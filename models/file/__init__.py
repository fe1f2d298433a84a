"""Files: photos and tables that people upload and download, never trusted by their names.

A person announces a file and sends it to a signed address (upload.py); what shows it claims it
(claim.py); it goes out by a signed address, or by what it is if it is public (show.py).
"""

from models.file.address import UPLOADS, Signed, derived_key
from models.file.beside import attach_photos, check_photos, photos_of, photos_sql
from models.file.claim import claim_photos, keep_table, release, sweep
from models.file.photo import PIXELS_MOST, SIDE_PIXELS_MOST
from models.file.record import Content, File, Photo, Upload
from models.file.show import Forbidden, content, find, private, private_photo, public, public_photo
from models.file.store import Directory, Store
from models.file.upload import UNCLAIMED_MOST, check_room, receive, start
from models.file.vault import keep_in, use
from models.file.words import BYTES_MOST, CONTENT_TYPES, XLSX, Kind

__all__ = [
    "BYTES_MOST",
    "CONTENT_TYPES",
    "PIXELS_MOST",
    "SIDE_PIXELS_MOST",
    "UNCLAIMED_MOST",
    "UPLOADS",
    "XLSX",
    "Content",
    "Directory",
    "File",
    "Forbidden",
    "Kind",
    "Photo",
    "Signed",
    "Store",
    "Upload",
    "attach_photos",
    "check_photos",
    "check_room",
    "claim_photos",
    "content",
    "derived_key",
    "find",
    "keep_in",
    "keep_table",
    "photos_of",
    "photos_sql",
    "private",
    "private_photo",
    "public",
    "public_photo",
    "receive",
    "release",
    "start",
    "sweep",
    "use",
]
