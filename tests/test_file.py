"""Files: announced, sent once, made safe, and had again only by whom they are for."""

import asyncio
import hashlib
import io
import os
import time
import zipfile
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from api.rate import UPLOAD
from models import db, file
from models.errors import Code, Refusal
from models.file import Kind
from models.file.address import Signed, derived_key, download, is_download, is_upload, upload
from models.file.photo import SIDE_PIXELS_MOST, Picture, picture
from tests import areas, uploading
from tests.areas import GRID
from tests.conftest import Database
from tests.graph import ask
from tests.program import serving
from tests.uploading import kept, opened, start, uploaded

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PLACE = {1: "N", 2: (31.0, 54.0, 0.0), 3: "E", 4: (120.0, 16.0, 0.0)}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    uploading.use(tmp_path / "files")
    return tmp_path / "files"


@pytest.fixture
async def http(place: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with uploading.client() as one:
        yield one


@pytest.fixture
async def person(database: Database) -> int:
    await areas.plant()
    return await areas.appoint("GRID_WORKER", GRID)


async def rows() -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await db.fetch("SELECT * FROM file ORDER BY id")]


def refusal(answer: httpx.Response) -> tuple[int, str]:
    (error,) = answer.json()["errors"]
    return answer.status_code, error["extensions"]["code"]


def made(content: bytes, content_type: str = "image/jpeg") -> Picture:
    return picture(io.BytesIO(content), content_type=content_type)


# Pictures


@pytest.mark.parametrize(
    ("form", "content_type"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")],
)
def test_a_photo_of_every_kind_becomes_a_jpeg(form: str, content_type: str) -> None:
    kept_photo = made(uploading.picture(form), content_type)
    assert (kept_photo.width, kept_photo.height) == (64, 48)
    with opened(kept_photo.content) as image:
        assert (image.format, image.size, image.mode) == ("JPEG", (64, 48), "RGB")


def test_where_and_when_a_photo_was_taken_does_not_go_with_it() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretMaker"
    exif.get_ifd(0x8825).update(PLACE)
    for form in ("JPEG", "WEBP", "PNG"):
        content = uploading.picture(form, exif=exif)
        assert b"SecretMaker" in content
        kept_photo = made(content + b"SecretMaker", f"image/{form.lower()}")
        assert b"SecretMaker" not in kept_photo.content
        with opened(kept_photo.content) as image:
            assert not image.getexif()
            assert set(image.info) <= {
                "jfif",
                "jfif_version",
                "jfif_unit",
                "jfif_density",
                "progressive",
                "progression",
            }


def test_a_photo_is_turned_the_right_way_up() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made_of_two = Image.new("RGB", (40, 20), "red")
    made_of_two.paste("blue", (0, 0, 20, 20))
    content = io.BytesIO()
    made_of_two.save(content, "JPEG", exif=exif, quality=95)
    kept_photo = made(content.getvalue())
    assert (kept_photo.width, kept_photo.height) == (20, 40)
    with opened(kept_photo.content) as image:
        top, bottom = image.getpixel((10, 5)), image.getpixel((10, 35))
    assert [_is_mostly(pixel) for pixel in (top, bottom)] == ["blue", "red"]


def _is_mostly(pixel: object) -> str:
    assert isinstance(pixel, tuple)
    return ("red", "green", "blue")[pixel.index(max(pixel))]


def test_a_large_photo_is_made_smaller_and_what_is_clear_becomes_white() -> None:
    large = made(uploading.picture(size=(5_000, 2_500)))
    assert (large.width, large.height) == (SIDE_PIXELS_MOST, SIDE_PIXELS_MOST // 2)
    clear = io.BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(clear, "PNG")
    with opened(made(clear.getvalue(), "image/png").content) as image:
        assert image.getpixel((4, 4)) == (255, 255, 255)


def test_of_a_moving_picture_the_first_frame_is_kept() -> None:
    frames = [Image.new("RGB", (16, 16), color) for color in ("red", "blue")]
    for form, content_type in (("WEBP", "image/webp"), ("PNG", "image/png")):
        content = io.BytesIO()
        frames[0].save(content, form, save_all=True, append_images=frames[1:])
        with opened(made(content.getvalue(), content_type).content) as image:
            assert _is_mostly(image.getpixel((8, 8))) == "red"


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_broken_orientation_does_not_spoil_a_photo() -> None:
    content = uploading.picture(exif=b"Exif\0\0MM\0\x2a\xff\xff\xff\xff")
    assert made(content).width == 64


def bomb() -> bytes:
    """Give a PNG that says it has 60,000 by 60,000 pixels."""
    content = bytearray(uploading.picture("PNG"))
    content[16:24] = (60_000).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(bytes(content[12:29])).to_bytes(4, "big")
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xd8\xff",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a" + b"\0" * 64,
        b"%PDF-1.7",
        b"PK\x03\x04" + b"\0" * 64,
        uploading.picture()[:-200],
        uploading.picture("PNG"),
        uploading.picture("GIF"),
        uploading.picture("BMP"),
        bomb(),
    ],
    ids=["empty", "start", "svg", "gif", "pdf", "zip", "cut", "png", "real gif", "bmp", "bomb"],
)
def test_what_is_not_the_photo_it_says_is_refused(content: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        made(content)
    assert refused.value.code is Code.INVALID


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(Refusal, match="百万像素"):
        made(bomb(), "image/png")
    with pytest.raises(Refusal, match="无法识别"):
        made(uploading.picture("PNG")[:-30], "image/png")


# Addresses


def test_an_address_is_for_one_file_of_one_person_until_its_time() -> None:
    key = derived_key("secret")
    given = upload(key, 7, person_id=3, expires=1_000)
    signature = given.rpartition("=")[2]
    signed = Signed(1_000, signature)
    assert is_upload(key, 7, signed, person_id=3)
    assert not is_upload(key, 8, signed, person_id=3)
    assert not is_upload(key, 7, signed, person_id=4)
    assert not is_upload(key, 7, Signed(1_001, signature), person_id=3)
    assert not is_upload(derived_key("other"), 7, signed, person_id=3)
    assert not is_download(key, 7, signed, person_id=3)
    assert is_download(
        key,
        7,
        Signed(9, download(key, 7, person_id=3, expires=9).rpartition("=")[2]),
        person_id=3,
    )


# Uploads


async def test_a_photo_is_announced_sent_and_had_again(
    http: httpx.AsyncClient, place: Path, person: int
) -> None:
    content = uploading.picture()
    payload = await start(person, content)
    assert payload["userErrors"] == []
    assert payload["file"] == {
        "id": payload["file"]["id"],
        "kind": "PHOTO",
        "contentType": "image/jpeg",
        "bytes": len(content),
        "isStored": False,
        "url": None,
    }
    answer = await http.put(payload["uploadUrl"], content=content)
    assert (answer.status_code, answer.content) == (204, b"")
    shown = await node(payload["file"]["id"], person)
    assert shown["isStored"]
    had = await http.get(shown["url"])
    assert had.headers["content-type"] == "image/jpeg"
    assert had.headers["content-security-policy"].startswith("default-src 'none'; sandbox")
    assert had.headers["cache-control"] == "private, no-store"
    assert len(had.content) == shown["bytes"]
    assert kept(place) == [hashlib.sha256(had.content).hexdigest()]
    assert await node(payload["file"]["id"], person + 1) is None


async def node(file_id: str, person_id: int | None) -> Any:  # noqa: ANN401 - JSON
    query = "query ($id: ID!) { node(id: $id) { ... on File { bytes isStored url } } }"
    return (await ask(query, person_id, id=file_id))["node"]


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"content_type": "image/svg+xml"}, "contentType"),
        ({"content_type": XLSX}, "contentType"),
        ({"kind": "TABLE"}, "contentType"),
        ({"bytes": 0}, "bytes"),
        ({"bytes": -1}, "bytes"),
        ({"bytes": 6 * 1024 * 1024 + 1}, "bytes"),
        ({"kind": "TABLE", "content_type": XLSX, "bytes": 4 * 1024 * 1024 + 1}, "bytes"),
    ],
)
async def test_what_is_not_taken_is_not_announced(
    place: Path, person: int, more: dict[str, Any], path: str
) -> None:
    payload = await start(person, b"x", **more)
    (error,) = payload["userErrors"]
    assert (error["code"], error["path"], payload["uploadUrl"]) == ("INVALID", [path], None)
    assert await rows() == []


async def test_wrong_sends_are_refused_and_leave_nothing(
    http: httpx.AsyncClient, place: Path, person: int
) -> None:
    content = uploading.picture()
    first = (await start(person, content))["uploadUrl"]
    second = (await start(person, content))["uploadUrl"]
    base, _, query = first.partition("?")
    before = await rows()
    wrong = {
        "another file's": f"{second.partition('?')[0]}?{query}",
        "no signature": base,
        "a letter more": f"{first}0",
        "twice": f"{first}&expires=1",
        "later": first.replace("expires=", "expires=1"),
        "no file": first.replace(base, "/files/upload/999999"),
        "no number": first.replace(base, "/files/upload/0x1"),
        "a path": first.replace(base, "/files/upload/..%2F..%2Fetc%2Fpasswd"),
    }
    for name, address in wrong.items():
        answer = await http.put(address, content=content)
        assert answer.status_code in {403, 404}, name
    assert refusal(await http.put(first, content=content + b"x")) == (413, "LIMIT_REACHED")
    assert refusal(await http.put(first, content=content[:-1])) == (422, "INVALID")
    assert refusal(await http.put(first, content=b"x" * len(content))) == (422, "INVALID")
    assert (await http.post(first, content=content)).status_code == 405
    assert await rows() == before
    assert kept(place) == []
    assert (await http.put(first, content=content)).status_code == 204


async def test_an_address_is_used_once(http: httpx.AsyncClient, place: Path, person: int) -> None:
    content = uploading.picture()
    address = (await start(person, content))["uploadUrl"]
    answers = await asyncio.gather(*(http.put(address, content=content) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [204, 409, 409, 409]
    before = await rows()
    assert refusal(await http.put(address, content=content)) == (409, "ALREADY_USED")
    assert await rows() == before
    assert len(kept(place)) == 1


async def test_an_address_ends(place: Path, person: int) -> None:
    content = uploading.picture()
    started = await file.start(
        Kind.PHOTO, content_type="image/jpeg", size=len(content), person_id=person
    )
    expires = int(time.time()) - 1
    past = upload(
        derived_key(uploading.SECRET),
        started.file.id,
        person_id=person,
        expires=expires,
    )
    with pytest.raises(Refusal) as refused:
        await file.receive(
            started.file.id, Signed(expires, past.rpartition("=")[2]), _chunks(content)
        )
    assert refused.value.code is Code.EXPIRED
    assert kept(place) == []


async def _chunks(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def test_a_sender_who_leaves_leaves_nothing(place: Path, person: int) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield content[:10]
        raise ConnectionError

    content = uploading.picture()
    address = (await start(person, content))["uploadUrl"]
    signed = Signed(
        int(address.partition("expires=")[2].partition("&")[0]), address.rpartition("=")[2]
    )
    key = int(address.partition("?")[0].rpartition("/")[2])
    before = await rows()
    with pytest.raises(ConnectionError):
        await file.receive(key, signed, broken())
    assert (await rows(), kept(place)) == (before, [])
    assert (await file.receive(key, signed, _chunks(content[:9], content[9:]))).is_stored


async def test_a_person_has_so_many_unused_files_at_most(place: Path, person: int) -> None:
    await db.execute(
        """INSERT INTO file (person_id, kind, content_type, bytes, expires_at)
        SELECT $1, 'PHOTO', 'image/jpeg', 1, now() FROM generate_series(3, $2)""",
        person,
        file.UNCLAIMED_MOST,
    )
    announced = await asyncio.gather(*(start(person, b"x") for _ in range(5)))
    refused = [one for one in announced if one["userErrors"]]
    assert [one["userErrors"][0]["code"] for one in refused] == ["LIMIT_REACHED"] * 3
    assert len(await rows()) == file.UNCLAIMED_MOST


async def test_an_upload_is_tried_a_few_times_and_then_waits(
    http: httpx.AsyncClient, person: int, place: Path
) -> None:
    content = uploading.picture()
    address = (await start(person, content))["uploadUrl"]
    for _ in range(UPLOAD.burst):
        assert refusal(await http.put(address, content=b"x")) == (422, "INVALID")
    before = await rows()
    answer = await http.put(address, content=content)
    assert refusal(answer) == (429, "LIMITED")
    assert answer.headers["retry-after"] == "10"
    # Not even its signature helps from elsewhere; another upload goes on, and nothing was kept.
    elsewhere = {"x-address": "192.0.2.2"}
    assert (await http.put(address, content=content, headers=elsewhere)).status_code == 429
    assert (await rows(), kept(place)) == (before, [])
    await uploaded(http, person, content)


async def test_the_banned_upload_nothing(place: Path, person: int) -> None:
    await db.execute("UPDATE person SET banned_at = now() WHERE id = $1", person)
    payload = await start(person, b"x")
    assert payload["userErrors"][0]["code"] == "NOT_ALLOWED"
    assert await rows() == []


# Tables


def workbook(**parts: bytes) -> bytes:
    made_of = {"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>", **parts}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, part in made_of.items():
            archive.writestr(name, part)
    return content.getvalue()


async def test_a_table_is_for_its_owner_alone(
    http: httpx.AsyncClient, place: Path, person: int
) -> None:
    content = workbook()
    file_id = await uploaded(http, person, content, kind="TABLE", content_type=XLSX)
    shown = await node(file_id, person)
    had = await http.get(shown["url"])
    assert had.content == content
    assert had.headers["content-disposition"] == 'attachment; filename="table.xlsx"'
    digest = hashlib.sha256(content).hexdigest()
    assert refusal(await http.get(f"/files/{digest}")) == (404, "NOT_FOUND")
    assert refusal(await http.get(shown["url"][:-1])) == (403, "FORBIDDEN")
    assert refusal(await http.get(shown["url"].partition("?")[0])) == (403, "FORBIDDEN")
    for name in ("..%2Fjwt_secret", "%2e%2e/jwt_secret", "a.jpg", digest[:-1], digest.upper()):
        assert (await http.get(f"/files/{name}")).status_code in {403, 404}


@pytest.mark.parametrize("content", [b"a,b\n1,2", uploading.picture(), b"PK\x05\x06" + b"\0" * 18])
async def test_what_is_no_workbook_is_no_table(
    http: httpx.AsyncClient, place: Path, person: int, content: bytes
) -> None:
    payload = await start(person, content, kind="TABLE", content_type=XLSX)
    answer = await http.put(payload["uploadUrl"], content=content)
    assert refusal(answer) == (422, "INVALID")
    assert kept(place) == []


# Sweeping


async def test_what_nobody_uses_is_removed_after_a_day(
    http: httpx.AsyncClient, place: Path, person: int
) -> None:
    content = uploading.picture()
    await uploaded(http, person, content)
    await start(person, content)
    now = datetime.now(UTC)
    assert await file.sweep(now=now + timedelta(hours=23)) == 0
    assert len(kept(place)) == 1
    assert await file.sweep(now=now + timedelta(hours=25)) == 2
    assert (await rows(), kept(place)) == ([], [])
    assert await file.sweep(now=now + timedelta(hours=25)) == 0


async def test_bytes_that_another_file_has_too_stay(
    http: httpx.AsyncClient, place: Path, person: int
) -> None:
    content = uploading.picture()
    await uploaded(http, person, content)
    later = await uploaded(http, person, content)
    assert len(kept(place)) == 1
    await db.execute("UPDATE file SET created_at = now() - interval '2 days' WHERE id = 1")
    assert await file.sweep() == 1
    assert (await http.get((await node(later, person))["url"])).status_code == 200


async def test_what_a_lost_process_was_writing_is_removed_with_the_next(
    http: httpx.AsyncClient, place: Path, person: int
) -> None:
    await uploaded(http, person, uploading.picture())
    stray = place / "aside" / "x.new"
    stray.write_bytes(b"half")
    os.utime(stray, (0, 0))
    await file.sweep(now=datetime.now(UTC) + timedelta(days=2))
    assert kept(place) == []


# Processes


async def test_processes_share_what_was_uploaded_to_one_of_them(
    database: Database, redis_url: str, tmp_path: Path
) -> None:
    await areas.plant()
    content = uploading.picture(size=(640, 480))
    settings = {"WORKERS": "2", "DATA_DIR": str(tmp_path), "DEV_SIGN_IN": "1"}
    with serving(database_url=database.url, redis_url=redis_url, **settings) as address:
        async with httpx.AsyncClient(base_url=address) as one:
            bearer = {"authorization": f"Bearer {await _token(one)}"}
            query = {
                "query": uploading.START,
                "variables": {
                    "input": {"kind": "PHOTO", "contentType": "image/jpeg", "bytes": len(content)}
                },
            }
            answer = await one.post("/graphql", json=query, headers=bearer)
            started = answer.json()["data"]["fileUploadStart"]
            assert (await one.put(started["uploadUrl"], content=content)).status_code == 204
        statuses = set()
        for _ in range(8):
            async with httpx.AsyncClient(base_url=address) as other:
                answer = await other.put(started["uploadUrl"], content=content)
                statuses.add(answer.status_code)
                assert answer.headers["x-content-type-options"] == "nosniff"
        assert statuses == {409}
    assert len(kept(tmp_path / "files")) == 1


async def _token(http: httpx.AsyncClient) -> str:
    text = (
        'mutation { sessionStart(input: {code: "dev:worker:1@%s"}) { session { accessToken } } }'
    )
    answer = await http.post("/graphql", json={"query": text % GRID})
    return str(answer.json()["data"]["sessionStart"]["session"]["accessToken"])
