"""A person of one village learns and changes nothing of another, by any path of the graph."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from models import cipher, db, person
from resolvers.context import SIGN_IN_TEXT
from resolvers.node import global_id
from resolvers.person import PersonMutation, PersonQuery
from tests import areas, homes
from tests.areas import GRID, MICRO_GRID, OTHER_GRID, OTHER_VILLAGE, VILLAGE
from tests.conftest import Database
from tests.graph import ask, execute
from tests.homes import FAR_MICRO_GRID, everything, live, somebody, value

SECRETS = {
    "name": "欧阳绝密",
    "phone": "13877776666",
    "identity": homes.IDENTITY_NUMBER,
    "address": "绝密路77号8幢901室",
    "registered address": "机密巷66号",
    "openid": "oSecretOpenid",
    "household": "SECRET-HOUSEHOLD",
}
PERSON = """id name phoneMasked isPartyMember residence { id state area { code }
  household { code addressMasked head { name } members { name } } person { name } }"""
RESIDENCE = """id state registeredName registeredAddressMasked reason area { code }
  person { name phoneMasked } household { code addressMasked members { name } }"""
KEY = "idempotencyKey: $key"
OFFICE = "id role area { code } person { name }"
ROOTS: dict[str, list[str]] = {
    "viewer": [
        f"""viewer {{ id name phoneMasked isPartyMember household {{ code members {{ name }} }}
        residence {{ {RESIDENCE} }} pendingResidence {{ {RESIDENCE} }} }}""",
        f"viewer {{ residences {{ nodes {{ {RESIDENCE} }} }} }}",
    ],
    "household": [
        "household(id: $household) { code addressMasked members { name } }",
        "household(code: $householdCode) { code addressMasked members { name } }",
    ],
    "personSearch": [
        f"personSearch(phone: $phone) {{ {PERSON} }}",
        f"personSearch(identityNumber: $identity) {{ {PERSON} }}",
    ],
    "residencesPending": [
        f"residencesPending(areaCode: $area) {{ nodes {{ {RESIDENCE} }} }}",
        f"residencesPending(areaCode: $village) {{ nodes {{ {RESIDENCE} }} }}",
    ],
    "accessLog": [
        "accessLog { nodes { reader { name } person { name } fields reason } }",
        "accessLog(personId: $person) { nodes { reader { name } person { name } reason } }",
    ],
    "node": [
        f"node(id: $person) {{ ... on Person {{ {PERSON} }} }}",
        f"node(id: $residence) {{ ... on Residence {{ {RESIDENCE} }} }}",
        f"node(id: $pending) {{ ... on Residence {{ {RESIDENCE} }} }}",
        "node(id: $household) { ... on Household { code addressMasked members { name } } }",
    ],
    "personReveal": [
        """personReveal(input: {personId: $person, reason: "想看一看",
        fields: [PHONE, IDENTITY_NUMBER, ADDRESS]}) { revealed { phone identityNumber address
        registeredIdentityNumber registeredAddress } userErrors { code message path } }"""
    ],
    "personVerifyPhone": [
        f'personVerifyPhone(input: {{code: "x", {KEY}}})'
        " { viewer { name phoneMasked } userErrors { code message path } }"
    ],
    "personRegister": [
        f"""personRegister(input: {{microGridCode: $area, householdCode: $householdCode,
        name: "赵六", address: "某路1号", {KEY}}}) {{ residence {{ {RESIDENCE} }}
        userErrors {{ code message path }} }}"""
    ],
    "residenceConfirm": [
        f"""residenceConfirm(input: {{residenceId: $pending, {KEY}}})
        {{ residence {{ {RESIDENCE} }} userErrors {{ code message path }} }}"""
    ],
    "residenceRefuse": [
        f"""residenceRefuse(input: {{residenceId: $pending, reason: "不行不行", {KEY}}})
        {{ residence {{ {RESIDENCE} }} userErrors {{ code message path }} }}"""
    ],
    "residenceWithdraw": [
        f"""residenceWithdraw(input: {{residenceId: $pending, {KEY}}})
        {{ residence {{ {RESIDENCE} }} userErrors {{ code message path }} }}"""
    ],
    "appointmentStart": [
        f"""appointmentStart(input: {{personId: $person, role: VOLUNTEER,
        areaCode: "{MICRO_GRID}", {KEY}}})
        {{ appointment {{ {OFFICE} }} userErrors {{ code message path }} }}""",
        f"""appointmentStart(input: {{personId: $person, role: GRID_WORKER,
        areaCode: "{OTHER_GRID}", {KEY}}})
        {{ appointment {{ {OFFICE} }} userErrors {{ code message path }} }}""",
    ],
    "appointmentEnd": [
        f"""appointmentEnd(input: {{appointmentId: $appointment, {KEY}}})
        {{ appointment {{ {OFFICE} }} userErrors {{ code message path }} }}"""
    ],
    "personBan": [
        f"""personBan(input: {{personId: $person, reason: "不行不行", {KEY}}})
        {{ person {{ {PERSON} }} userErrors {{ code message path }} }}"""
    ],
    "personUnban": [
        f"""personUnban(input: {{personId: $person, reason: "不行不行", {KEY}}})
        {{ person {{ {PERSON} }} userErrors {{ code message path }} }}"""
    ],
    "sessionEndOthers": [
        """sessionEndOthers(input: {sessionIds: [$session]})
        { endedCount userErrors { code message path } }"""
    ],
}
BY_TOKEN = {"sessionStart", "sessionRefresh", "sessionEnd"}
"""What is asked by a secret of one's own, and names nobody (tests/test_sign_in.py)."""
TYPES = {
    "household": "ID!",
    "householdCode": "String!",
    "area": "String!",
    "village": "String!",
    "person": "ID!",
    "phone": "String!",
    "identity": "String!",
    "residence": "ID!",
    "pending": "ID!",
    "appointment": "ID!",
    "session": "ID!",
    "key": "String!",
}


@pytest.fixture
async def target(database: Database) -> dict[str, str]:
    """Plant somebody of VILLAGE with a secret in every protected column; gives what names them."""
    await homes.plant()
    key = await somebody(
        SECRETS["name"], phone=SECRETS["phone"], identity_number=SECRETS["identity"]
    )
    await areas.appoint("VOLUNTEER", MICRO_GRID, person_id=key)
    async with db.transaction() as connection:
        signed = await person.start_session(connection, key, device="", now=datetime.now(UTC))
    openid = cipher.seal(SECRETS["openid"], place=f"person.openid:{key}")
    await db.execute("UPDATE person SET openid = $2 WHERE id = $1", key, openid)
    household = await live(key, MICRO_GRID, SECRETS["household"], address=SECRETS["address"])
    residence = await value("SELECT id FROM residence")
    said = {
        "microGridCode": MICRO_GRID,
        "name": SECRETS["name"],
        "address": SECRETS["registered address"],
        "identityNumber": SECRETS["identity"],
        "idempotencyKey": "mine",
    }
    register = """mutation ($input: PersonRegisterInput!) {
      personRegister(input: $input) { residence { id } } }"""
    answer = await ask(register, key, input=said)
    reveal = """mutation ($input: PersonRevealInput!) {
      personReveal(input: $input) { userErrors { code } } }"""
    whom = homes.person_id(key)
    await ask(reveal, key, input={"personId": whom, "fields": ["PHONE"], "reason": "本人查看"})
    return {
        "person": whom,
        "household": global_id("Household", household),
        "householdCode": SECRETS["household"],
        "residence": global_id("Residence", residence),
        "pending": answer["personRegister"]["residence"]["id"],
        "appointment": global_id("Appointment", await value("SELECT id FROM appointment")),
        "session": global_id("ActiveSession", signed.session_id),
        "area": MICRO_GRID,
        "village": VILLAGE,
        "phone": SECRETS["phone"],
        "identity": SECRETS["identity"],
    }


ABSENT = {
    "person": homes.person_id(987_654),
    "household": global_id("Household", 987_654),
    "householdCode": "NO-SUCH-HOUSEHOLD",
    "residence": global_id("Residence", 987_654),
    "pending": global_id("Residence", 987_655),
    "appointment": global_id("Appointment", 987_654),
    "session": global_id("ActiveSession", 987_654),
    "area": MICRO_GRID[:-2] + "98",
    "village": VILLAGE[:-3] + "998",
    "phone": "13877776667",
    "identity": homes.OTHER_IDENTITY_NUMBER,
}


def names_of(root: type) -> set[str]:
    """Name the fields of a root type."""
    fields = getattr(root, "__strawberry_definition__").fields  # noqa: B009 - not in the type
    return {re.sub("_(.)", lambda found: found[1].upper(), field.name) for field in fields}


MUTATIONS = names_of(PersonMutation)


async def outsiders() -> dict[str, int | None]:
    """Give those who have nothing to do with VILLAGE."""
    neighbour = await somebody("赵六")
    await live(neighbour, FAR_MICRO_GRID, "FAR")
    return {
        "nobody": None,
        "resident": neighbour,
        "liaison": await areas.appoint("LIAISON", FAR_MICRO_GRID),
        "worker": await areas.appoint("GRID_WORKER", OTHER_GRID),
        "cadre": await areas.appoint("VILLAGE_CADRE", OTHER_VILLAGE),
        "department": await areas.appoint("DEPARTMENT_OFFICER", areas.CITY),
        "dispatcher": await areas.appoint("DISPATCHER", areas.CITY),
    }


def questions(*names: str) -> Iterator[str]:
    """Give the documents of these root fields, or of all."""
    for name, texts in ((name, ROOTS[name]) for name in names or ROOTS):
        kind = "mutation" if name in MUTATIONS else "query"
        for text in texts:
            used = {word: TYPES[word] for word in re.findall(r"\$(\w+)", text)}
            declared = ", ".join(f"${word}: {given}" for word, given in used.items())
            yield f"{kind} ({declared}) {{ {text} }}" if declared else f"{kind} {{ {text} }}"


async def said(query: str, viewer: int | None, **variables: str) -> str:
    """Give everything that an answer says."""
    result = await execute(query, viewer, **variables)
    told = [error.message for error in result.errors or []]
    assert set(told) <= {SIGN_IN_TEXT}
    return f"{result.data} {told}"


def test_every_root_field_of_people_is_asked() -> None:
    assert names_of(PersonQuery) | MUTATIONS | {"node"} == ROOTS.keys() | BY_TOKEN


async def test_outsiders_learn_nothing_and_change_nothing(
    target: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    those = await outsiders()
    before = await everything()
    for name, viewer in those.items():
        for number, query in enumerate(questions()):
            if "personRegister" in query:
                continue
            told = await said(query, viewer, **target, key=f"a{number}")
            assert not [secret for secret in SECRETS.values() if secret in told], (name, query)
            # What is there and what is not are told alike.
            absent = await said(query, viewer, **ABSENT, key=f"b{number}")
            assert told == absent, (name, query)
    assert await everything() == before
    # Anybody may ask to live anywhere, and learns nothing by it.
    (register,) = questions("personRegister")
    told = await said(register, those["resident"], **target, key="k")
    assert "PENDING" in told
    assert not [secret for secret in SECRETS.values() if secret in told]
    printed = "".join(capfd.readouterr())
    assert not [secret for secret in SECRETS.values() if secret in printed]


async def test_what_is_there_is_looked_for_as_what_is_not(
    target: dict[str, str], database: Database
) -> None:
    """The same statements take the same time: nobody learns by it what there is."""
    those = await outsiders()
    await db.close()
    await db.connect(database.url, pool_size=1)
    sent: list[str] = []
    async with db.pool().acquire() as connection:
        # A savepoint has a number of its own.
        connection.add_query_logger(
            lambda one: sent.append(re.sub("point_.*", "point", one.query))
        )
    differing = set()
    for name, viewer in those.items():
        for number, query in enumerate(questions()):
            if "personRegister" in query:
                continue
            found = []
            # Once before it counts: the driver asks for a type that it does not know yet.
            for turn, given in enumerate((ABSENT, target, ABSENT)):
                sent.clear()
                await said(query, viewer, **given, key=f"{name}{number}{turn}")
                found.append(list(sent))
            if found[1] != found[2]:
                differing.add((name, query))
    assert differing == set()


async def test_those_with_some_right_never_see_more_than_its_mask(target: dict[str, str]) -> None:
    mate = await somebody("李小四")
    await live(mate, MICRO_GRID, SECRETS["household"])
    insiders = [
        mate,
        await areas.appoint("LIAISON", MICRO_GRID),
        await areas.appoint("AUDITOR", areas.CITY),
    ]
    hidden = [SECRETS[name] for name in ("phone", "identity", "address", "openid")]
    hidden.append(SECRETS["registered address"])
    for viewer in insiders:
        for number, query in enumerate(questions()):
            if "residenceConfirm" in query or "residenceRefuse" in query:
                continue
            told = await said(query, viewer, **target, key=f"k{number}")
            assert not [secret for secret in hidden if secret in told], query


async def test_an_internal_error_tells_no_secret(
    target: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    await db.execute("ALTER TABLE access ADD CONSTRAINT no_more CHECK (id < 0) NOT VALID")
    worker = await areas.appoint("GRID_WORKER", GRID)
    (reveal,) = questions("personReveal")
    result = await execute(reveal, worker, **target)
    assert result.errors
    printed = "".join(capfd.readouterr())
    for text in (str(result.data), str(result.errors), repr(result.errors), printed):
        assert not [secret for secret in SECRETS.values() if secret in text]
