"""What one request may weigh: every limit of the edge, by its name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Every limit of a request; counts are with fragments spread out."""

    body_bytes: int = 64 * 1024
    tokens: int = 2_000
    lines: int = 4_000
    literal_tokens: int = 500
    fields: int = 400
    aliases: int = 30
    directives: int = 30
    depth: int = 12
    introspection_depth: int = 16
    name_characters: int = 64
    variables: int = 50
    operations: int = 10
    fragments: int = 50
    cost: int = 5_000
    merges: int = 20_000
    errors: int = 10
    answer_of_errors_bytes: int = 2_000
    seconds: float = 10.0


LIMITS = Limits()
