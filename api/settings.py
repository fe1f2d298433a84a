"""What the environment says, read once. The only reader of the environment."""

import ipaddress
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    FilePath,
    IPvAnyNetwork,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from models import cipher

SECRET_LENGTH_LEAST = 32
SECRET_BYTES = 48
WORKERS_MOST = 64


class SettingsError(Exception):
    """The environment asks for something that can't be; the text is for whoever set it."""


def _parts(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


Listed = BeforeValidator(_parts)
PostgresUrl = Annotated[str, Field(pattern="^postgres(ql)?://")]
RedisUrl = Annotated[str, Field(pattern="^(rediss?|unix)://")]
WebUrl = Annotated[str, Field(pattern="^https?://[^/?#]+$")]
# As browsers send it: one that is written otherwise would never match, and "*" is no origin.
Origin = Annotated[str, Field(pattern=r"^https?://[a-z0-9.:\[\]-]+$")]


class Settings(BaseSettings):
    """Every setting; the names are those of the environment, in lower case."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, extra="ignore")

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    data_dir: Path = Path(".data")
    database_url: PostgresUrl | None = None
    redis_url: RedisUrl | None = None
    workers: Annotated[int, Field(ge=1, le=WORKERS_MOST)] = 1
    jwt_secret: Annotated[SecretStr, Field(min_length=SECRET_LENGTH_LEAST)] | None = None
    data_keys: SecretStr | None = None
    wechat_app_id: str | None = None
    wechat_app_secret: SecretStr | None = None
    wechat_url: WebUrl = "https://api.weixin.qq.com"
    allowed_origins: Annotated[tuple[Origin, ...], NoDecode, Listed] = ()
    allowed_hosts: Annotated[tuple[str, ...], NoDecode, Listed] = ()
    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode, Listed] = ()
    metrics_token: SecretStr | None = None
    public_schema: bool | None = None
    trusted_documents: FilePath | None = None
    rate_limit: bool = True
    dev_sign_in: bool | None = None
    alive: bool | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @model_validator(mode="after")
    def _refuse_development_in_production(self) -> Self:
        if self.dev_sign_in and self.wechat_app_id:
            raise ValueError("DEV_SIGN_IN=1 is refused once WECHAT_APP_ID is set")
        return self

    @model_validator(mode="after")
    def _know_the_secret_of_the_app(self) -> Self:
        if self.wechat_app_id and not self.wechat_app_secret:
            raise ValueError("WECHAT_APP_SECRET must be set once WECHAT_APP_ID is")
        return self

    @field_validator("data_keys")
    @classmethod
    def _read_keys(cls, keys: SecretStr | None) -> SecretStr | None:
        if keys:
            cipher.read_keys(keys.get_secret_value())
        return keys

    @cached_property
    def is_embedded(self) -> bool:
        """Whether both servers are our own children."""
        return self.database_url is None and self.redis_url is None

    @cached_property
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
            return self.jwt_secret.get_secret_value()
        if not self.is_embedded:
            raise SettingsError("JWT_SECRET: must be set when the servers are your own")
        return _kept(self.data_dir / "jwt_secret", lambda: secrets.token_urlsafe(SECRET_BYTES))

    def encryption_keys(self) -> str:
        """Give the text of DATA_KEYS: as it was set, or as it is kept in DATA_DIR."""
        if self.data_keys:
            return self.data_keys.get_secret_value()
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
    try:
        return Settings()
    except ValidationError as wrong:
        raise SettingsError(
            "\n".join(_sentence(error["loc"], error["msg"]) for error in wrong.errors())
        ) from None


def _sentence(place: tuple[int | str, ...], message: str) -> str:
    return f"{str(place[0]).upper()}: {message}" if place else message


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
