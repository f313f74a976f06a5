"""Areas as codes: a province's two digits down to a grid's fifteen, and what lies one step below."""

LEVELS = (2, 4, 6, 9, 12, 15)


def below(code: str) -> int:
    """How many digits the areas right below one have; a grid has none below and stays itself."""
    return next((length for length in LEVELS if length > len(code)), LEVELS[-1])


def above(code: str, top: str) -> list[str]:
    """The areas from ``top`` down to the one above ``code``, both as codes: what a page's path shows."""
    return [code[:length] for length in LEVELS if len(top) <= length < len(code)]


def touches(code: str, other: str) -> bool:
    """Whether one of two areas lies within the other."""
    return code.startswith(other) or other.startswith(code)
