"""Whether others may see the words and photos of a wish: the one door of the check. Pure.

A wish is SUBMITTED until `move.check` is given a verdict: PASSED or REVIEW let it go on to
somebody in charge, RISKY rejects it. Nobody but who made it, and who reviews it, sees its words
before it has PASSED, be it the check or the review that says so.
"""

from models import content
from models.content import Verdict
from models.wish.words import Checked

_FOUND = {
    Verdict.PASS: Checked.PASSED,
    Verdict.REVIEW: Checked.REVIEW,
    Verdict.RISKY: Checked.RISKY,
}


def at_once(title: str, text: str, *, has_photos: bool) -> Checked | None:
    """Give what is known of words the moment they come; None lets the wish wait for a verdict."""
    verdict = content.at_once((title, text), has_photos=has_photos)
    return found(verdict) if verdict else None


def found(verdict: Verdict) -> Checked:
    """Say what a verdict makes of a wish."""
    return _FOUND[verdict]


def may_show(checked: Checked, *, is_own: bool, is_reviewer: bool) -> bool:
    """Say whether somebody may see the words and photos of a wish."""
    return checked is Checked.PASSED or is_own or is_reviewer
