"""HTML comments of a page, strewn over it."""

from __future__ import annotations

import random
from collections.abc import Sequence

__all__ = ["Comments"]


class Comments:
    """Hands out the draft's comments one at a time, to be strewn over the page."""

    def __init__(self, texts: Sequence[str], rng: random.Random) -> None:
        self.left = [_comment(text, rng) for text in texts]
        self.rng = rng

    def maybe(self) -> str:
        """Return the next comment, or often nothing."""
        return self.left.pop(0) if self.left and self.rng.random() < 0.35 else ""

    def rest(self) -> list[str]:
        """Return all the comments that are left."""
        left, self.left = self.left, []
        return left


def _comment(text: str, rng: random.Random) -> str:
    """Return ``text`` as a comment that it cannot end early (conditional comments may)."""
    if not (text.startswith("[if") and text.rstrip().endswith("<![endif]")):
        text = text.replace("--", "- -")
        if text.startswith((">", "->")) or text.endswith("-"):
            text = f" {text} "
    else:
        text = text.replace("-->", "-- >").replace("--!>", "-- !>")
        return f"<!--{text}-->"
    space = rng.choice(("", " ", " "))
    return f"<!--{space}{text}{space}-->"
