"""A voucher's code: made of its id by a key, never stored; found again by its SHA-256.

It is base32 of the first 80 bits of an HMAC: 16 letters and digits. Who has no key can't make
one, and a stolen database shows none.
"""

import base64
import hashlib
import io
import re

from models import cipher

CODE_BYTES = 10
QR_SCALE = 4

_CODE = re.compile("[A-Z2-7]{16}")
# What people read as something else: base32 has neither 0, 1 nor 8.
_MISREAD = str.maketrans("018", "OIB", " -\u3000")


def code_of(voucher_id: int) -> str:
    """Give the code of a voucher."""
    made = cipher.blind_index(str(voucher_id), column="voucher.code")[:CODE_BYTES]
    return base64.b32encode(made).decode()


def digest(code: str) -> bytes:
    """Give the 32 bytes by which a code is found."""
    return hashlib.sha256(code.encode()).digest()


def read(text: str) -> str | None:
    """Read a code as somebody typed or scanned it; None if it is none."""
    code = text[:64].upper().translate(_MISREAD)
    return code if _CODE.fullmatch(code) else None


def qr(code: str) -> str:
    """Draw a code as a QR code, as an SVG picture."""
    # Only who shows a voucher needs it.
    import segno

    drawn = io.BytesIO()
    segno.make(code, error="m", micro=False).save(drawn, kind="svg", scale=QR_SCALE, xmldecl=False)
    return drawn.getvalue().decode().strip()
