"""The whole story through the graph: earn, see, redeem, show, verify, settle, audit."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from python_calamine import load_workbook

from models import db, person, points, reward
from models.points.award import grant
from resolvers.node import global_id
from tests import points as village
from tests import rewards, uploading
from tests.areas import MICRO_GRID, VILLAGE
from tests.conftest import Database
from tests.graph import ask

SHOP = {"longitude": 120.28, "latitude": 31.91}
CODES = "userErrors { code path }"


class Stage:
    """The development people of a village, each of whom asks in their own name."""

    def __init__(self, programme: int, people: dict[str, int]) -> None:
        self.programme, self.people, self._keys = programme, people, 0

    async def do(self, who: str, mutation: str, result: str, **given: Any) -> dict[str, Any]:  # noqa: ANN401
        """Carry out a mutation that must not be refused; gives its result."""
        payload = await self.try_to(who, mutation, result, **given)
        assert payload["userErrors"] == [], payload
        found: dict[str, Any] = payload[result.split(" ")[0]]
        return found

    async def try_to(self, who: str, mutation: str, result: str, **given: Any) -> dict[str, Any]:  # noqa: ANN401
        self._keys += 1
        kind = mutation[0].upper() + mutation[1:]
        query = f"""mutation ($input: {kind}Input!) {{
            {mutation}(input: $input) {{ {result} {CODES} }}
        }}"""
        asked = {"idempotencyKey": f"k{self._keys}", **given}
        payload: dict[str, Any] = (await ask(query, self.people[who], input=asked))[mutation]
        return payload

    async def see(self, who: str, query: str, **variables: Any) -> Any:  # noqa: ANN401
        (found,) = (await ask(query, self.people[who], **variables)).values()
        return found


@pytest.fixture
async def stage(database: Database) -> Stage:
    programme = await village.plant()
    await village.rule(programme)
    keys = ("volunteer", "merchant", "worker", "cadre", "auditor", "resident")
    people = {
        key: (await person.development_person(key, number=1, area_code=MICRO_GRID)).id
        for key in keys
    }
    return Stage(programme, people)


async def test_the_whole_story(stage: Stage) -> None:
    programme = global_id("PointsProgramme", stage.programme)
    merchant = await stage.do(
        "merchant",
        "merchantApply",
        "merchant { id state isMine }",
        areaCode=VILLAGE,
        name="长泾爱心超市",
        address="长泾路1号",
        point=SHOP,
    )
    assert (merchant["state"], merchant["isMine"]) == ("APPLIED", True)
    await stage.do("cadre", "merchantApprove", "merchant { state }", merchantId=merchant["id"])
    reward = await stage.do(
        "merchant",
        "rewardCreate",
        "reward { id state version }",
        merchantId=merchant["id"],
        programmeId=programme,
        channel="OFFLINE",
        title="大米5公斤",
        pricePoints=15,
        stock=2,
    )
    nearby = """query ($near: PointInput) { rewards(near: $near) {
        edges { distanceMeters node { id title stock merchant { name } } }
    } }"""
    assert (await stage.see("resident", nearby, near=SHOP))["edges"] == []
    await stage.do(
        "cadre",
        "rewardApprove",
        "reward { state }",
        rewardId=reward["id"],
        version=reward["version"],
    )

    # Earn: the grid worker puts a deed down, and the volunteer sees it at once.
    await stage.do(
        "worker",
        "pointsGrant",
        "transaction { id }",
        personId=global_id("Person", stage.people["volunteer"]),
        ruleCode="R1",
        points=20,
        note="巡河",
    )
    accounts = "{ pointsAccounts { points held available recent { amount kind note } } }"
    (account,) = await stage.see("volunteer", accounts)
    assert (account["available"], account["recent"][0]["note"]) == (20, "巡河")

    # Redeem: near the shop there is an offer; points are put aside for a voucher with a code.
    (edge,) = (await stage.see("volunteer", nearby, near=SHOP))["edges"]
    assert (edge["distanceMeters"], edge["node"]["title"]) == (0.0, "大米5公斤")
    voucher = await stage.do(
        "volunteer", "rewardRedeem", "voucher { id code expiresAt state }", rewardId=reward["id"]
    )
    assert voucher["state"] == "ISSUED"
    (account,) = await stage.see("volunteer", accounts)
    assert (account["points"], account["held"], account["available"]) == (20, 15, 5)
    shown = "query ($id: ID!) { voucher(id: $id) { code qr state } }"
    seen = await stage.see("volunteer", shown, id=voucher["id"])
    assert seen["code"] == voucher["code"]
    assert "<svg" in seen["qr"]
    assert await stage.see("resident", shown, id=voucher["id"]) is None
    assert (await stage.see("merchant", shown, id=voucher["id"]))["code"] is None

    # Verify: at the counter, by the merchant only, once.
    code = voucher["code"]
    stolen = await stage.try_to("resident", "voucherVerify", "voucher { id }", code=code)
    assert [one["code"] for one in stolen["userErrors"]] == ["NOT_ALLOWED"]
    verified = await stage.do(
        "merchant", "voucherVerify", "voucher { id state }", code=code, point=SHOP
    )
    assert verified == {"id": voucher["id"], "state": "USED"}
    twice = await stage.try_to("merchant", "voucherVerify", "voucher { id }", code=code)
    assert [one["code"] for one in twice["userErrors"]] == ["ALREADY_USED"]
    (account,) = await stage.see("volunteer", accounts)
    assert (account["points"], account["held"]) == (5, 0)
    assert account["recent"][0] == {"amount": -15, "kind": "REDEMPTION", "note": None}
    day = "query ($id: ID!) { merchantDay(merchantId: $id) { count points vouchers { title } } }"
    assert await stage.see("merchant", day, id=merchant["id"]) == {
        "count": 1,
        "points": 15,
        "vouchers": [{"title": "大米5公斤"}],
    }

    # Settle: once the month is over, out of the ledger.
    await village.date_back("2020-02")
    settled = await stage.do(
        "cadre",
        "merchantSettle",
        "merchant { settlements { nodes { month points cents } } }",
        merchantId=merchant["id"],
        programmeId=programme,
        month="2020-02",
    )
    assert settled["settlements"]["nodes"] == [{"month": "2020-02", "points": 15, "cents": 150}]

    # Audit.
    while await points.seal():
        pass
    audit = "{ pointsAudit { isClean transactions seals findings { promise row said } } }"
    assert await stage.see("auditor", audit) == {
        "isClean": True,
        "transactions": 3,
        "seals": 1,
        "findings": [],
    }
    kinds = await db.fetch("SELECT kind FROM event WHERE topic = 'points' ORDER BY id")
    assert [row["kind"] for row in kinds] == ["AWARD", "HOLD", "REDEMPTION"]


async def test_who_may_not_is_told_so_and_nothing_changes(stage: Stage) -> None:
    before = await db.fetch("SELECT count(*) FROM event")
    for who, mutation, result, given in (
        ("volunteer", "rewardRedeem", "voucher", {"rewardId": "x"}),
        ("volunteer", "voucherCancel", "voucher", {"voucherId": "x"}),
        ("merchant", "voucherVerify", "voucher", {"code": "x"}),
        ("merchant", "voucherUndo", "voucher", {"voucherId": "x", "reason": "r"}),
        ("merchant", "rewardClose", "reward", {"rewardId": "x"}),
        ("merchant", "rewardSubmit", "reward", {"rewardId": "x", "version": 1}),
        ("cadre", "rewardApprove", "reward", {"rewardId": "x", "version": 1}),
        ("cadre", "merchantApprove", "merchant", {"merchantId": "x"}),
        ("merchant", "merchantMemberAdd", "merchant", {"merchantId": "x", "personId": "x"}),
        ("merchant", "merchantMemberRemove", "merchant", {"merchantId": "x", "personId": "x"}),
        ("merchant", "merchantClose", "merchant", {"merchantId": "x", "reason": "r"}),
    ):
        payload = await stage.try_to(who, mutation, f"{result} {{ id }}", **given)
        assert payload[result] is None
        assert [one["code"] for one in payload["userErrors"]] == ["NOT_FOUND"]
    assert await db.fetch("SELECT count(*) FROM event") == before


async def test_a_shop_from_its_first_clerk_to_its_end(stage: Stage, tmp_path: Path) -> None:
    uploading.use(tmp_path)
    programme = global_id("PointsProgramme", stage.programme)
    keeper, cadre = stage.people["merchant"], stage.people["cadre"]
    merchant = {"merchantId": global_id("Merchant", await rewards.merchant(keeper))}
    clerk = {"personId": global_id("Person", stage.people["resident"])}

    # Who works at the counter may do all that the owner may, but say who works there.
    members = "merchant { members { person { name } isOwner } }"
    added = await stage.do("merchant", "merchantMemberAdd", members, **merchant, **clerk)
    assert [one["isOwner"] for one in added["members"]] == [True, False]
    thief = {"personId": global_id("Person", stage.people["volunteer"])}
    stolen = await stage.try_to("resident", "merchantMemberAdd", members, **merchant, **thief)
    assert [one["code"] for one in stolen["userErrors"]] == ["NOT_FOUND"]

    # An offer is written, submitted, found and opened as it was seen.
    draft = await stage.do(
        "resident",
        "rewardCreate",
        "reward { id state version }",
        **merchant,
        programmeId=programme,
        channel="ONLINE",
        title="10元话费",
        pricePoints=5,
        stock=1,
        isDraft=True,
    )
    assert draft["state"] == "DRAFT"
    offer = {"rewardId": draft["id"]}
    await stage.do("resident", "rewardSubmit", "reward { id }", **offer, version=1)
    waiting = "{ rewardsWaiting { nodes { id version } } }"
    assert await stage.see("cadre", waiting) == {"nodes": [{"id": draft["id"], "version": 2}]}
    assert await stage.see("merchant", waiting) == {"nodes": []}
    unseen = await stage.try_to("cadre", "rewardApprove", "reward { id }", **offer, version=1)
    assert unseen["userErrors"] == [{"code": "CONFLICT", "path": ["version"]}]
    await stage.do("cadre", "rewardApprove", "reward { id }", **offer, version=2)

    # One voucher is used, one is held when the shop closes.
    await grant(
        actor_id=cadre,
        person_id=stage.people["volunteer"],
        rule_code="R1",
        points=20,
        note=None,
        key="g",
    )
    await stage.do("merchant", "rewardRestock", "reward { stock }", **offer, count=1)
    codes = [
        (await stage.do("volunteer", "rewardRedeem", "voucher { code }", **offer))["code"]
        for _ in range(2)
    ]
    await stage.do("resident", "voucherVerify", "voucher { id }", code=codes[0])
    closed = await stage.do(
        "merchant", "merchantClose", "merchant { state }", **merchant, reason="歇业"
    )
    assert closed["state"] == "CLOSED"
    late = await stage.try_to("merchant", "voucherVerify", "voucher { id }", code=codes[1])
    assert [one["code"] for one in late["userErrors"]] == ["ILLEGAL_MOVE"]
    assert await reward.expire_vouchers() == 1
    accounts = "{ pointsAccounts { available held } }"
    assert await stage.see("volunteer", accounts) == [{"available": 15, "held": 0}]

    # What it is owed is still in the month's statement, for those who pay it.
    month = {"programmeId": programme, "month": f"{datetime.now(UTC) + timedelta(hours=8):%Y-%m}"}
    made = await export(stage, "cadre", **month)
    async with uploading.client() as client:
        got = await client.get(made["file"]["url"])
        assert got.headers["content-disposition"] == 'attachment; filename="table.xlsx"'
        assert (await client.get(made["file"]["url"].split("?")[0])).status_code == 403
    book = load_workbook(io.BytesIO(got.content)).get_sheet_by_index(0).to_python()
    assert book[1] == ["爱心超市", 1.0, 5.0, 0.5, "未结算"]
    for who in ("merchant", "volunteer"):
        refused = await export(stage, who, **month)
        assert [one["code"] for one in refused["userErrors"]] == ["NOT_FOUND"]
    wrong = await export(stage, "cadre", programmeId=programme, month="2026-13")
    assert [one["code"] for one in wrong["userErrors"]] == ["INVALID"]
    assert (await reward.audit()).findings == ()


async def export(stage: Stage, who: str, **given: str) -> dict[str, Any]:
    """Ask for a month's statement."""
    query = f"""mutation ($input: MerchantExportInput!) {{
        merchantExport(input: $input) {{ file {{ url }} {CODES} }}
    }}"""
    payload: dict[str, Any] = (await ask(query, stage.people[who], input=given))["merchantExport"]
    return payload
