"""Rights: who may do what, to what, and how what is protected is read.

`RIGHTS` is the one table. A read selects `rights_sql` beside its rows and makes records by
`read`; an action asks `rights` in its transaction and then `check`s.
"""

from models.access.holder import check, read, rights, rights_of, rights_sql
from models.access.rights import NOBODY, NOTHING, RIGHTS, Held, Rights, Thing, is_open_to_anybody
from models.access.words import Action, Scope

__all__ = [
    "NOBODY",
    "NOTHING",
    "RIGHTS",
    "Action",
    "Held",
    "Rights",
    "Scope",
    "Thing",
    "check",
    "is_open_to_anybody",
    "read",
    "rights",
    "rights_of",
    "rights_sql",
]
