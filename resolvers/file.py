"""Files in the graph: photos that are shown with something, and one's own uploads."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import strawberry

from models import file
from models.access import Action
from models.file import Kind
from resolvers import guard, words
from resolvers.context import Context, Info
from resolvers.field import shown
from resolvers.node import Node, global_id, shows
from resolvers.payload import UserError, UserErrorRecord

words.enum(Kind, name="FileKind", description="What a file is. 文件类别")


async def _load(context: Context, key: int) -> file.File | None:
    """Give a file's node to nobody but who uploaded it."""
    return await file.find(key, person_id=context.person_id) if context.person_id else None


@shows(file.File, load=_load)
@strawberry.type(description="A file that somebody uploaded, as its owner sees it. 文件")
class File(Node):
    """A file that somebody uploaded."""

    kind: Kind = strawberry.field(description="What it is. 类别")
    content_type: str = strawberry.field(
        description="The media type: as announced, then as it is kept. 媒体类型"
    )
    bytes: int = strawberry.field(description="How large: as announced, then as kept. 字节数")
    is_stored: bool = strawberry.field(description="Whether it was uploaded. 是否已上传")
    url: str | None = strawberry.field(
        description="The path on this server to GET it from, good for 15 minutes unless it is"
        " public; null until it is stored. 下载地址"
    )


def _photo_id(of: strawberry.Parent[file.Photo]) -> strawberry.ID:
    return global_id(File.__name__, of.id)


@strawberry.type(description="A photo that is shown with something. 照片")
class Photo:
    """A photo that is shown with something."""

    id: strawberry.ID = shown(_photo_id, description="The id of its file. 文件标识")
    url: str = strawberry.field(
        description="The path on this server to GET it from: for ever what everybody may see, for"
        " 15 minutes what is shown to some. 地址"
    )
    width: int = strawberry.field(description="How wide, in pixels. 宽度")
    height: int = strawberry.field(description="How high, in pixels. 高度")


@strawberry.input(description="A file that is to be uploaded. 上传文件参数")
class FileUploadStartInput:
    """A file that is to be uploaded."""

    kind: Kind = strawberry.field(description="What it is. 类别")
    content_type: str = strawberry.field(
        description="The media type of the bytes that will come. 媒体类型"
    )
    bytes: int = strawberry.field(description="How many will come, exactly. 字节数")


_File = file.File


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadStarted:
    """What `fileUploadStart` gives back."""

    file: _File | None = None
    upload_url: str | None = None
    expires_at: datetime | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.type(description="What `fileUploadStart` gives back. 上传文件结果")
class FileUploadStartPayload:
    """What `fileUploadStart` gives back."""

    file: File | None = strawberry.field(description="The file, not stored yet. 文件")
    upload_url: str | None = strawberry.field(
        description="The path on this server to PUT the bytes to, once. 上传地址"
    )
    expires_at: datetime | None = strawberry.field(description="Until when. 失效时间")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@guard.needs(Action.FILE_UPLOAD, outcome=UploadStarted)
async def file_upload_start(
    info: Info,
    start: Annotated[
        FileUploadStartInput,
        strawberry.argument(name="input", description="The file. 上传文件参数"),
    ],
) -> UploadStarted:
    """Announce a file."""
    assert info.context.person_id, "the guard lets nobody else in"
    upload = await file.start(
        start.kind,
        content_type=start.content_type,
        size=start.bytes,
        person_id=info.context.person_id,
    )
    return UploadStarted(file=upload.file, upload_url=upload.url, expires_at=upload.expires_at)


@strawberry.type
class FileMutation:
    """The root field that announces files."""

    file_upload_start: FileUploadStartPayload = guard.mutation(
        file_upload_start,
        description="Announce a file, and get the address to send it to. 上传文件",
    )
