"""`python -m api audit`: the ledger proves itself, or names the rows that are wrong."""

from models import db, points, reward


async def audit(url: str) -> points.Audit:
    """Let the ledger of the database at `url` prove itself; raises Unavailable."""
    await db.connect(url, pool_size=1)
    try:
        return await reward.audit()
    finally:
        await db.close()


def told(found: points.Audit) -> str:
    """Say in lines what an audit found."""
    looked = f"{found.transactions} transactions, {found.entries} entries, {found.seals} seals"
    if found.is_clean:
        return f"The ledger is clean: {looked}."
    lines = [f"{one.row}: {one.said} (it must hold that {one.promise})" for one in found.findings]
    return "\n".join((f"The ledger is not clean: {looked}.", *lines))
