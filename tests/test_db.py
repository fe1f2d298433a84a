"""The database is what the migrations say, and the migrations are what the classes say."""

import asyncpg
import pytest
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector

from models import db
from tests.conftest import Database

# Tables of the domain; Tortoise keeps one more for itself.
TABLES = {
    "access",
    "account",
    "appointment",
    "area",
    "catalogue",
    "area_successor",
    "board",
    "board_line",
    "budget_alarm",
    "content",
    "entry",
    "event",
    "feed",
    "file",
    "household",
    "inspection",
    "inspection_item",
    "lease",
    "message",
    "message_consent",
    "notification",
    "hold",
    "lot",
    "lot_use",
    "merchant",
    "merchant_member",
    "objection",
    "once",
    "outbox",
    "person",
    "programme",
    "programme_area",
    "residence",
    "session",
    "station",
    "roster_import",
    "station_import",
    "station_occupancy",
    "station_photo",
    "station_visit",
    "ticket",
    "ticket_photo",
    "ticket_reporter",
    "rule",
    "seal",
    "sealed",
    "resource",
    "reward",
    "service",
    "settlement",
    "transaction",
    "unit",
    "unsealed",
    "voucher",
    "voucher_attempt",
    "voucher_flag",
    "voucher_review",
    "wish",
    "wish_claim",
    "wish_photo",
}
KEYED_BY_OTHERS = {"feed", "lease", "programme_area", "sealed", "unsealed", "voucher_attempt"}
CODES = {
    ("appointment", "area_code"),
    ("area", "code"),
    ("area", "parent_code"),
    ("area_successor", "area_code"),
    ("area_successor", "successor_code"),
    ("event", "area_code"),
    ("feed", "area_code"),
    ("household", "area_code"),
    ("inspection", "area_code"),
    ("merchant", "area_code"),
    ("outbox", "area_code"),
    ("programme", "owner_area_code"),
    ("programme_area", "area_code"),
    ("residence", "area_code"),
    ("resource", "area_code"),
    ("service", "area_code"),
    ("roster_import", "area_code"),
    ("station", "area_code"),
    ("ticket", "area_code"),
    ("unit", "area_code"),
    ("wish", "area_code"),
}


async def names(sql: str) -> set[str]:
    return {row[0] for row in await db.fetch(sql)}


async def test_the_migrations_make_the_tables(database: Database) -> None:
    found = await names(
        "SELECT relname::text FROM pg_class"
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    assert found == TABLES | {"tortoise_migrations"}
    assert await db.is_migrated()


async def test_the_migrations_are_what_the_classes_say(database: Database) -> None:
    config = db.tortoise_config(database.url)
    async with TortoiseContext() as context:
        await context.init(config=config)
        assert context.apps
        assert await MigrationAutodetector(context.apps, config["apps"]).changes() == []


async def test_migrations_run_twice_change_nothing(database: Database) -> None:
    shape = "SELECT conrelid::regclass || conname || pg_get_constraintdef(oid) FROM pg_constraint"
    before = await names(shape)
    async with TortoiseContext():
        await db.migrate(database.url)
    assert await names(shape) == before


async def test_every_stated_rule_is_in_the_catalogue(database: Database) -> None:
    found = await names("SELECT conname::text FROM pg_constraint WHERE contype = 'c'")
    assert found >= {
        "appointment_dates",
        "appointment_role_known",
        "area_code_is_path",
        "area_counts",
        "area_kind_known",
        "area_level_known",
        "area_point_on_earth",
        "area_successor_other",
        "area_validity",
        "area_version",
        "event_topic_known",
        "event_version",
        "feed_position",
        "session_dates",
        "session_family",
        "session_generation",
        "file_digest",
        "file_public",
        "file_stored",
        "station_capacity",
        "station_facilities_known",
        "station_kind_known",
        "station_occupancy_people",
        "station_point_on_earth",
        "station_status_known",
        "station_version",
        "station_visit_times",
        "ticket_counts",
        "ticket_extension_known",
        "ticket_grid",
        "ticket_merged",
        "ticket_over",
        "ticket_paused",
        "ticket_point",
        "ticket_rated",
        "ticket_reporter_who",
        "ticket_satisfaction",
        "ticket_source_known",
        "ticket_state_known",
        "ticket_text",
        "ticket_urgency_known",
        "resource_state_known",
        "wish_beneficiary_known",
        "wish_category_known",
        "wish_checked_known",
        "wish_claim_ended",
        "wish_claim_outcome_known",
        "wish_counts",
        "wish_due",
        "wish_grid",
        "wish_helper",
        "wish_over",
        "wish_shown",
        "wish_state_known",
        "wish_text",
    }


async def test_no_foreign_key_deletes_anything(database: Database) -> None:
    rows = await db.fetch(
        "SELECT conname, confdeltype, convalidated FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
    )
    assert len(rows) > 20
    assert {(row["confdeltype"], row["convalidated"]) for row in rows} == {(b"r", True)}


async def test_codes_are_compared_byte_by_byte(database: Database) -> None:
    rows = await db.fetch(
        "SELECT attrelid::regclass::text AS place, attname::text AS name FROM pg_attribute"
        " JOIN pg_class ON pg_class.oid = attrelid"
        " WHERE attcollation = '\"C\"'::regcollation AND relkind = 'r'"
        " AND relnamespace = 'public'::regnamespace"
    )
    assert {(row["place"], row["name"]) for row in rows} >= CODES | {("area", "initials")}


async def test_every_list_has_its_index(database: Database) -> None:
    rows = await db.fetch("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'")
    found = {row["indexname"]: row["indexdef"] for row in rows}
    assert "USING gin (terms)" in found["area_terms"]
    assert "(initials, code)" in found["area_initials"]
    assert found["wish_claim_active"].startswith("CREATE UNIQUE INDEX wish_claim_active ON")
    assert "(wish_id) WHERE ((outcome IS NULL) OR" in found["wish_claim_active"]
    assert found["appointment_once"] == (
        "CREATE UNIQUE INDEX appointment_once ON public.appointment"
        " USING btree (person_id, area_code, role, COALESCE(unit_id, (0)::bigint))"
        " WHERE (ended_on IS NULL)"
    )


async def test_keys_belong_to_their_table_and_positions_to_the_relay(database: Database) -> None:
    rows = await db.fetch(
        "SELECT table_name::text FROM information_schema.columns"
        " WHERE is_identity = 'YES' AND table_schema = 'public'"
    )
    tables = {row["table_name"] for row in rows}
    assert tables - {"tortoise_migrations"} == TABLES - KEYED_BY_OTHERS


@pytest.mark.parametrize(
    "sql",
    ["UPDATE event SET kind = 'X'", "DELETE FROM event", "TRUNCATE event CASCADE"],
)
async def test_the_application_can_never_change_an_event(database: Database, sql: str) -> None:
    area = (
        "INSERT INTO area (code, level, name, initials, terms, longitude, latitude, valid_from)"
        " VALUES ('320281', 'CITY', '江阴市', 'jys', '{}', 120.3, 31.9, '2026-01-01')"
    )
    event = (
        "INSERT INTO event (topic, thing_id, area_code, version, kind)"
        " VALUES ('station', 1, '320281', 1, 'OPENED')"
    )
    await db.execute(area)
    await db.execute(event)
    with pytest.raises(asyncpg.RestrictViolationError, match="event rows are never changed"):
        await db.execute(sql)
    assert await names("SELECT kind FROM event") == {"OPENED"}


async def test_the_application_can_not_step_around_the_trigger(database: Database) -> None:
    row = await db.fetch_one("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if row and row["rolsuper"]:
        pytest.skip("DATABASE_URL names a superuser")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await db.execute("SET session_replication_role = replica")
