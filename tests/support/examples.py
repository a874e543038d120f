"""How many made-up inputs a property is tried with."""

import os


def examples(most: int) -> int:
    """`most` of them in CI; a third where somebody waits for the answer, another third each time."""
    return most if os.environ.get("TESTS_MUST_NOT_SKIP") == "1" else most // 3
