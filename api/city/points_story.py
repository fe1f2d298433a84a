"""What the development people of the standard city have done with points: vouchers of all states.

Done by the same functions as in earnest, so that every promise of the ledger holds.
"""

from api.city.codes import DEVELOPMENT_MICRO_GRID
from models import cipher, db, person, points, reward

GIVEN = (
    ("RIVER", 10, "巡河两小时"),
    ("PATROL", 10, "夜间巡逻"),
    ("MEDIATION", 20, "邻里纠纷调解"),
    ("BLOOD", 20, "献血400毫升"),
)
CHEAPEST = """
SELECT reward.id FROM reward
JOIN merchant_member ON merchant_member.merchant_id = reward.merchant_id
WHERE merchant_member.person_id = $1 AND reward.state = 'OPEN' ORDER BY price_points, reward.id
LIMIT 1
"""


async def play(url: str, data_keys: str) -> None:
    """Let a volunteer earn, and redeem five times: one voucher for every state."""
    cipher.use(cipher.read_keys(data_keys))
    await db.connect(url, pool_size=2)
    try:
        await _play()
    finally:
        await db.close()


async def _play() -> None:
    cadre, volunteer, keeper = [
        (await person.development_person(key, number=1, area_code=DEVELOPMENT_MICRO_GRID)).id
        for key in ("cadre", "volunteer", "merchant")
    ]
    for code, amount, note in GIVEN:
        await points.grant(
            actor_id=cadre,
            person_id=volunteer,
            rule_code=code,
            points=amount,
            note=note,
            key=f"city {code}",
        )
    offer = await db.fetch_one(CHEAPEST, keeper)
    assert offer, "the development merchant offers something"
    await db.execute("UPDATE reward SET person_limit = NULL WHERE id = $1", offer["id"])
    for state in reward.VoucherState:
        made = await reward.redeem(person_id=volunteer, reward_id=offer["id"], key=f"city {state}")
        await _end(state, made, volunteer=volunteer, keeper=keeper)


async def _end(
    state: reward.VoucherState, made: reward.Voucher, *, volunteer: int, keeper: int
) -> None:
    """Bring a voucher to a state."""
    key = f"city {state}"
    match state:
        case reward.VoucherState.CANCELLED:
            await reward.cancel(actor_id=volunteer, voucher_id=made.id, key=key)
        case reward.VoucherState.EXPIRED:
            await db.execute("UPDATE voucher SET expires_at = now() WHERE id = $1", made.id)
            await reward.expire_vouchers()
        case reward.VoucherState.USED | reward.VoucherState.UNDONE:
            assert made.code, "its owner sees the code"
            await reward.verify(actor_id=keeper, code=made.code, point=None, key=key)
            if state is reward.VoucherState.UNDONE:
                await reward.undo(actor_id=keeper, voucher_id=made.id, reason="拿错商品", key=key)
