"""Whether others may see the words and photos of a wish: the one door of the check.

A wish is SUBMITTED until `move.check` is given a verdict: PASSED or REVIEW let it go on to
somebody in charge, RISKY rejects it. Nobody but who made it, and who reviews it, sees its words
before it has PASSED, be it the check or the review that says so.
"""

from models.wish.words import Checked


def at_once() -> Checked | None:
    """Give what is known of words the moment they come; None lets the wish wait for a verdict.

    Nothing here reads them: each wish is looked at by somebody in charge.
    """
    return Checked.REVIEW


def may_show(checked: Checked, *, is_own: bool, is_reviewer: bool) -> bool:
    """Say whether somebody may see the words and photos of a wish."""
    return checked is Checked.PASSED or is_own or is_reviewer
