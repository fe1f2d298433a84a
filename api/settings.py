"""What the environment says, read once. The only reader of the environment."""

import ipaddress
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from msgspec import Meta, Struct, ValidationError, convert, structs

from models import cipher

SECRET_LENGTH_LEAST = 32
SECRET_BYTES = 48
WORKERS_MOST = 64


class SettingsError(Exception):
    """The environment asks for something that can't be; the text is for whoever set it."""


class Secret:
    """A text that nothing shows by accident."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


class TokenSecret(Secret):
    """What access tokens are signed with; raises ValueError for one that is easy to guess."""

    __slots__ = ()

    def __init__(self, text: str) -> None:
        if len(text) < SECRET_LENGTH_LEAST:
            raise ValueError(f"Expected at least {SECRET_LENGTH_LEAST} characters")
        super().__init__(text)


class Keys(Secret):
    """What protected columns are encrypted with; raises ValueError where they can't be read."""

    __slots__ = ()

    def __init__(self, text: str) -> None:
        cipher.read_keys(text)
        super().__init__(text)


class Networks(tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]):
    """Networks of addresses; raises ValueError for what is none."""

    __slots__ = ()

    def __new__(cls, texts: Iterable[str] = ()) -> Self:
        """Read each text."""
        return super().__new__(cls, map(ipaddress.ip_network, texts))


PostgresUrl = Annotated[str, Meta(pattern="^postgres(ql)?://")]
RedisUrl = Annotated[str, Meta(pattern="^(rediss?|unix)://")]
WebUrl = Annotated[str, Meta(pattern="^https?://[^/?#]+$")]
# As browsers send it: one that is written otherwise would never match, and "*" is no origin.
Origin = Annotated[str, Meta(pattern=r"^https?://[a-z0-9.:\[\]-]+$")]


class Settings(Struct, frozen=True, kw_only=True):
    """Every setting; the names are those of the environment, in lower case."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535)] = 8000
    data_dir: Path = Path(".data")
    database_url: PostgresUrl | None = None
    redis_url: RedisUrl | None = None
    workers: Annotated[int, Meta(ge=1, le=WORKERS_MOST)] = 1
    jwt_secret: TokenSecret | None = None
    data_keys: Keys | None = None
    wechat_app_id: str | None = None
    wechat_app_secret: Secret | None = None
    wechat_url: WebUrl = "https://api.weixin.qq.com"
    allowed_origins: tuple[Origin, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    trusted_proxies: Networks = Networks()
    metrics_token: Secret | None = None
    public_schema: bool | None = None
    trusted_documents: Path | None = None
    rate_limit: bool = True
    dev_sign_in: bool | None = None
    alive: bool | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def is_embedded(self) -> bool:
        """Whether both servers are our own children."""
        return self.database_url is None and self.redis_url is None

    @property
    def hosts(self) -> frozenset[str]:
        """The names under which this server may be asked; without any given, the loopback's."""
        return frozenset(self.allowed_hosts or ("localhost", "127.0.0.1", "[::1]", self.host))

    def settled(self, *, database_url: str, redis_url: str | None) -> "Settled":
        """Decide what was left to the kind of stack, now that its servers run."""
        return Settled(
            database_url=database_url,
            redis_url=redis_url,
            data_dir=self.data_dir,
            token_secret=self._token_secret(),
            data_keys=self.encryption_keys(),
            shows_schema=_given(self.public_schema, self.is_embedded),
            lets_developers_in=self._lets_developers_in(),
            is_alive=_given(self.alive, self.is_embedded and self._lets_developers_in()),
        )

    def _lets_developers_in(self) -> bool:
        if self.wechat_app_id:
            return False
        return _given(self.dev_sign_in, self.is_embedded and _is_loopback(self.host))

    def _token_secret(self) -> str:
        if self.jwt_secret:
            return self.jwt_secret.text
        if not self.is_embedded:
            raise SettingsError("JWT_SECRET: must be set when the servers are your own")
        return _kept(self.data_dir / "jwt_secret", lambda: secrets.token_urlsafe(SECRET_BYTES))

    def encryption_keys(self) -> str:
        """Give the text of DATA_KEYS: as it was set, or as it is kept in DATA_DIR."""
        if self.data_keys:
            return self.data_keys.text
        if self.wechat_app_id:
            raise SettingsError("DATA_KEYS: must be set once WECHAT_APP_ID is")
        return _kept(self.data_dir / "data_keys", cipher.new_keys)


@dataclass(frozen=True, slots=True)
class Settled:
    """What a serving process needs beyond Settings.

    `shows_schema`: introspection, suggestions and the IDE are offered. `lets_developers_in`: the
    sign-in codes of development people are taken. `is_alive`: demo tickets are kept moving.
    """

    database_url: str = field(repr=False)
    redis_url: str | None = field(repr=False)
    data_dir: Path
    token_secret: str = field(repr=False)
    data_keys: str = field(repr=False)
    shows_schema: bool
    lets_developers_in: bool
    is_alive: bool

    def environment(self) -> dict[str, str]:
        """Say the same in the environment of a child."""
        return {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url or "",
            "JWT_SECRET": self.token_secret,
            "DATA_KEYS": self.data_keys,
            "PUBLIC_SCHEMA": str(int(self.shows_schema)),
            "DEV_SIGN_IN": str(int(self.lets_developers_in)),
            "ALIVE": str(int(self.is_alive)),
        }


def read() -> Settings:
    """Read the environment; raises SettingsError that names every wrong setting."""
    wrong: list[str] = []
    values: dict[str, Any] = {}
    for setting in structs.fields(Settings):
        text = os.environ.get(setting.name.upper())
        if text:
            try:
                values[setting.name] = _value(setting, text)
            except ValidationError as error:
                # What the environment says is always a text.
                problem = str(error).removesuffix(", got `str`")
                wrong.append(f"{setting.name.upper()}: {problem}")
    settings = Settings(**values)
    wrong += _contradictions(settings)
    if wrong:
        raise SettingsError("\n".join(wrong))
    return settings


def _value(setting: structs.FieldInfo, text: str) -> object:
    """Read a setting's text, of a list the parts between commas; raises ValidationError."""
    is_list = isinstance(setting.default, tuple)
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    return convert(
        parts if is_list else text, setting.type, strict=False, dec_hook=lambda kind, it: kind(it)
    )


def _contradictions(settings: Settings) -> Iterator[str]:
    if settings.dev_sign_in and settings.wechat_app_id:
        yield "DEV_SIGN_IN=1 is refused once WECHAT_APP_ID is set"
    if settings.wechat_app_id and not settings.wechat_app_secret:
        yield "WECHAT_APP_SECRET must be set once WECHAT_APP_ID is"
    documents = settings.trusted_documents
    if documents and not documents.is_file():
        yield f"TRUSTED_DOCUMENTS: there is no file {documents}"


def _given(value: bool | None, default: bool) -> bool:
    return default if value is None else value


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _kept(path: Path, make: Callable[[], str]) -> str:
    """Read the secret in `path`, or make it; of two who make it at once, one is kept."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(make())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()
