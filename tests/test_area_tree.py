"""Whatever is merged, split and changed in whatever order, the tree is never broken."""

import asyncio
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from models import area, db
from models.area import Area, Changes
from models.errors import Code, Refusal
from tests import areas, grids
from tests.areas import TOWN
from tests.grids import OPEN, part, value

EXAMPLES, STEPS = 6, 8
# What stands somewhere now, and how it is told from what stood there.
THINGS = {
    "appointment": OPEN,
    "household": "true",
    "residence": "state = 'CONFIRMED'",
    "station": "true",
    "unit": "closed_at IS NULL",
}


class Tree(RuleBasedStateMachine):
    """A village of its own, in which grids are merged, split and changed."""

    runner: asyncio.Runner
    villages = count(100)
    officer = 0

    def __init__(self) -> None:
        super().__init__()
        self.village = f"{TOWN}{next(Tree.villages)}"
        self.keys = count(1)
        self.runner.run(self.begin())
        self.sums = self.runner.run(self.counted())
        self.things = self.runner.run(self.standing())

    async def begin(self) -> None:
        await grids.village(self.village, grids=(2, 3, 1))
        for grid, micro in (("01", "0102"), ("02", "0201"), ("03", "0301")):
            await grids.furnish(self.village + grid, self.village + micro)
        await grids.add(
            "unit",
            code=self.village,
            kind="STATIONED",
            name="站",
            area_code=self.village + "02",
        )

    def grids(self) -> list[Area]:
        held = self.runner.run(grids.current(self.village))
        return [one for one in held if len(one.code) == 14]

    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        here = self.grids()
        if len(here) > 1:
            chosen = data.draw(
                st.lists(st.sampled_from(here), min_size=2, max_size=3, unique_by=lambda a: a.code)
            )
            codes = [one.code for one in chosen]
            self.act(area.merge(codes, actor_id=self.officer, part=part(), key=self.key()))

    @rule(data=st.data())
    def split(self, data: st.DataObject) -> None:
        grid = data.draw(st.sampled_from(self.grids()))
        held = self.runner.run(grids.current(grid.code))
        micro_grids = [one.code for one in held if one.code != grid.code]
        number = data.draw(st.integers(2, 3))
        owners = [data.draw(st.integers(0, number - 1)) for _ in micro_grids]
        parts = [
            part("份", *(c for c, of in zip(micro_grids, owners, strict=True) if of == place))
            for place in range(number)
        ]
        self.act(area.split(grid.code, actor_id=self.officer, parts=parts, key=self.key()))

    @rule(data=st.data(), name=st.sampled_from(["甲", "乙", "丙"]))
    def change(self, data: st.DataObject, name: str) -> None:
        grid = data.draw(st.sampled_from(self.grids()))
        self.act(
            area.change(
                grid.code,
                actor_id=self.officer,
                version=grid.version,
                changes=Changes(name=name),
            )
        )

    def act(self, action: object) -> None:
        try:
            self.runner.run(action)  # type: ignore[arg-type] # A coroutine.
        except Refusal as refusal:
            assert refusal.code is Code.LIMIT_REACHED  # noqa: PT017 - the only way to be refused

    def key(self) -> str:
        return f"{self.village}:{next(self.keys)}"

    @invariant()
    def sums_are_kept(self) -> None:
        assert self.runner.run(self.counted()) == self.sums

    @invariant()
    def everybody_has_one_parent_that_holds(self) -> None:
        held = {one.code for one in self.runner.run(grids.current(self.village))}
        assert all(code[:-2] in held for code in held if len(code) > 12)

    @invariant()
    def what_follows_does_not_overlap(self) -> None:
        wrong = self.runner.run(
            value(
                """SELECT count(*) FROM area AS old
                LEFT JOIN area_successor AS went ON went.area_code = old.code
                LEFT JOIN area AS new ON new.code = went.successor_code
                WHERE starts_with(old.code, $1) AND (
                    (old.valid_to IS NULL) <> (new.code IS NULL)
                    OR old.valid_to < old.valid_from OR new.valid_from < old.valid_to
                    OR new.level <> old.level
                )""",
                self.village,
            )
        )
        assert wrong == 0

    @invariant()
    def what_is_now_stands_where_something_is(self) -> None:
        assert self.runner.run(self.standing()) == self.things
        for table, is_now in THINGS.items():
            lost = f"""SELECT count(*) FROM {table} JOIN area ON area.code = area_code
                WHERE starts_with(area_code, $1) AND valid_to IS NOT NULL AND ({is_now})"""  # noqa: S608 - our own
            assert self.runner.run(value(lost, self.village)) == 0

    async def counted(self) -> list[tuple[int, int, int]]:
        rows = await db.fetch(
            """SELECT sum(households), sum(population), count(*) FILTER (WHERE level <> 'GRID')
            FROM area WHERE starts_with(code, $1) AND valid_to IS NULL
            GROUP BY level ORDER BY level""",
            self.village,
        )
        return [tuple(row) for row in rows]

    async def standing(self) -> dict[str, int]:
        # A lead of a grid that was split leads every part, and is one person still.
        counted = {"appointment": "DISTINCT person_id"}
        found = {}
        for table, is_now in THINGS.items():
            what, where = counted.get(table, "*"), "starts_with(area_code, $1)"
            sql = f"SELECT count({what}) FROM {table} WHERE {where} AND ({is_now})"  # noqa: S608 - our own
            found[table] = await value(sql, self.village)
        return found


def test_the_tree_is_never_broken(database_url: str) -> None:
    with asyncio.Runner() as runner:
        runner.run(db.connect(database_url))
        runner.run(areas.plant())
        Tree.runner = runner
        Tree.officer = runner.run(areas.appoint("TOWN_OFFICER", TOWN))
        chosen = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None)
        run_state_machine_as_test(Tree, settings=chosen)
        runner.run(db.close())
