"""Drawing from tables of weights."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

__all__ = ["weighted_choice"]

T = TypeVar("T")


def weighted_choice(rng: random.Random, table: Sequence[tuple[int, T]]) -> T:
    """Return one of the things in ``table``, pairs of a weight and a thing."""
    return rng.choices([thing for _, thing in table], [weight for weight, _ in table])[0]
