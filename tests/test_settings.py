"""What the environment says: defaults, wrong values, and what follows from the servers."""

from pathlib import Path

import pytest

from api import settings
from api.settings import Settings, SettingsError, Settled

SECRET = "a secret of more than thirty-two characters"  # noqa: S105
TOKEN = "of the metrics"  # noqa: S105
KEY = "a2V5IG9mIGV4YWN0bHkgdGhpcnR5LXR3byBieXRlcy4="
KEYS = f"k1:{KEY},index:{KEY}"
OWN = {"DATABASE_URL": "postgresql://db/wangge", "REDIS_URL": "redis://news", "JWT_SECRET": SECRET}


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.__struct_fields__:
        monkeypatch.delenv(name.upper(), raising=False)


def read(monkeypatch: pytest.MonkeyPatch, **given: str) -> Settings:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return settings.read()


def settled(given: Settings) -> Settled:
    return given.settled(database_url="postgresql://db/wangge", redis_url=None)


def test_the_defaults_are_those_of_the_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    given = read(monkeypatch)
    assert (given.host, given.port, given.workers) == ("127.0.0.1", 8000, 1)
    assert given.data_dir == Path(".data")
    assert given.is_embedded
    assert given.rate_limit
    assert given.hosts == {"localhost", "127.0.0.1", "[::1]"}
    assert given.allowed_origins == ()


def test_an_empty_value_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    given = read(monkeypatch, PORT="", DATABASE_URL="", DEV_SIGN_IN="", ALLOWED_HOSTS="")
    assert given == read(monkeypatch)


def test_lists_are_parted_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    given = read(
        monkeypatch,
        ALLOWED_ORIGINS="https://a.example, https://b.example,",
        ALLOWED_HOSTS="api.example",
        TRUSTED_PROXIES="10.0.0.0/8,::1",
    )
    assert given.allowed_origins == ("https://a.example", "https://b.example")
    assert given.hosts == {"api.example"}
    assert [str(network) for network in given.trusted_proxies] == ["10.0.0.0/8", "::1/128"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "x"),
        ("PORT", "65536"),
        ("WORKERS", "0"),
        ("WORKERS", "65"),
        ("JWT_SECRET", "short"),
        ("DATA_KEYS", "k1:short"),
        ("DATA_KEYS", f"index:{KEY}"),
        ("DATA_KEYS", f"k1:{KEY}"),
        ("DATA_KEYS", f"k1:{KEY},k1:{KEY},index:{KEY}"),
        ("WECHAT_URL", "ftp://wechat"),
        ("TRUSTED_PROXIES", "10.0.0.0/99"),
        ("RATE_LIMIT", "perhaps"),
        ("LOG_LEVEL", "LOUD"),
        ("TRUSTED_DOCUMENTS", "/nowhere/documents.json"),
        ("ALLOWED_ORIGINS", "*"),
        ("ALLOWED_ORIGINS", "a.example"),
        ("ALLOWED_ORIGINS", "https://a.example/"),
    ],
)
def test_a_wrong_setting_is_named_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(SettingsError, match=rf"\A{name}: [^\n]+\Z"):
        read(monkeypatch, **{name: value})


def test_every_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as wrong:
        read(monkeypatch, PORT="x", WORKERS="0")
    assert [line.split(":")[0] for line in str(wrong.value).splitlines()] == ["PORT", "WORKERS"]


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    given = read(monkeypatch, JWT_SECRET=SECRET, METRICS_TOKEN=TOKEN, DATA_KEYS=KEYS)
    for shown in (repr(given), repr(settled(given))):
        assert not any(secret in shown for secret in (SECRET, TOKEN, KEY))


def test_a_wrong_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as wrong:
        read(monkeypatch, JWT_SECRET=TOKEN)
    assert TOKEN not in str(wrong.value)


def test_the_embedded_stack_on_the_loopback_is_for_development(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = settled(read(monkeypatch, DATA_DIR=str(tmp_path)))
    assert (found.shows_schema, found.lets_developers_in) == (True, True)


@pytest.mark.parametrize(
    "more",
    [
        {"HOST": "0.0.0.0"},  # noqa: S104 - what is tested
        {"DATABASE_URL": "postgresql://db/wangge", "JWT_SECRET": SECRET},
        {"WECHAT_APP_ID": "wx0", "WECHAT_APP_SECRET": "s", "DATA_KEYS": KEYS},
        {"DEV_SIGN_IN": "0"},
    ],
)
def test_developers_are_let_in_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, more: dict[str, str]
) -> None:
    found = settled(read(monkeypatch, DATA_DIR=str(tmp_path), **more))
    assert not found.lets_developers_in


def test_own_servers_show_no_schema_unless_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not settled(read(monkeypatch, **OWN)).shows_schema
    found = settled(read(monkeypatch, **OWN, PUBLIC_SCHEMA="1", DEV_SIGN_IN="1"))
    assert (found.shows_schema, found.lets_developers_in) == (True, True)


def test_developers_never_sign_in_beside_wechat(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="DEV_SIGN_IN=1 is refused once WECHAT_APP_ID is set"):
        read(monkeypatch, DEV_SIGN_IN="1", WECHAT_APP_ID="wx0")


def test_own_servers_need_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    given = read(monkeypatch, DATABASE_URL=OWN["DATABASE_URL"])
    with pytest.raises(SettingsError, match="JWT_SECRET: must be set"):
        settled(given)


def test_the_secret_of_the_embedded_stack_is_made_once_for_its_owner_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given = read(monkeypatch, DATA_DIR=str(tmp_path / "new"))
    secret = settled(given).token_secret
    assert len(secret) == 64
    assert settled(given).token_secret == secret
    assert settled(given).data_keys == settled(given).data_keys
    kept = sorted((tmp_path / "new").iterdir())
    assert [path.name for path in kept] == ["data_keys", "jwt_secret"]
    assert [path.stat().st_mode & 0o777 for path in kept] == [0o600, 0o600]


def test_wechat_needs_its_secret_and_keys_of_the_city(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="WECHAT_APP_SECRET must be set"):
        read(monkeypatch, WECHAT_APP_ID="wx0")
    given = read(monkeypatch, **OWN, WECHAT_APP_ID="wx0", WECHAT_APP_SECRET="s")  # noqa: S106
    with pytest.raises(SettingsError, match="DATA_KEYS: must be set once WECHAT_APP_ID is"):
        settled(given)


def test_a_child_is_told_what_was_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settled(read(monkeypatch, **OWN, DEV_SIGN_IN="1"))
    child = read(monkeypatch, **found.environment())
    again = child.settled(database_url=child.database_url or "", redis_url=child.redis_url)
    assert again == found
