"""The compiled loops of ``detector/native``, called on numpy arrays.

What runs for every character of every page is written in C: one pass does there what takes numpy
sixty. The library is plain C without Python in it, so one build serves all versions
of Python, and calls let go of the interpreter's lock. It is built when the package is installed
(``hatch_build.py``).
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.errors import DetectorError

__all__ = [
    "LIBRARY",
    "AlternativesPointers",
    "BatchPointers",
    "ComparisonPointers",
    "CountsPointers",
    "KnownPointers",
    "Tables",
    "TopicsPointers",
    "WeightsPointers",
    "address",
    "call",
    "loaded",
]

_SUFFIX = "dll" if sys.platform == "win32" else "so"
LIBRARY = Path(__file__).parent / "native" / f"kernel.{_SUFFIX}"

_I64, _U32, _U64, _POINTER = ctypes.c_int64, ctypes.c_uint32, ctypes.c_uint64, ctypes.c_void_p
_FLOAT, _DOUBLE = ctypes.c_float, ctypes.c_double
_start_of: Callable[[Any], ctypes.Array[Any]] = (ctypes.c_char * 0).from_buffer
_address_of = ctypes.addressof


class Tables:
    """Base of what keeps the addresses of its arrays once it has been asked for them.

    They are left behind when it is pickled.
    """

    def __getstate__(self) -> None:
        """Return nothing beyond the arrays."""


class BatchPointers(ctypes.Structure):
    """``Batch`` of kernel.h."""

    _fields_ = (
        ("n", _I64), ("pages", _I64), ("codes", _POINTER), ("classes", _POINTER),
        ("places", _POINTER), ("starts", _POINTER), ("ends", _POINTER),
    )  # fmt: skip


class CountsPointers(ctypes.Structure):
    """``Counts`` of counts.h."""

    _fields_ = (
        ("unigrams", _POINTER), ("ngrams", _POINTER), ("size", _U32), ("whole", ctypes.c_int32),
        ("eighths", _POINTER),
    )  # fmt: skip


class AlternativesPointers(ctypes.Structure):
    """``Alternatives`` of contrast.h."""

    _fields_ = tuple((name, _POINTER) for name in ("slots", "keys", "words", "commonness"))


class TopicsPointers(ctypes.Structure):
    """``Topics`` of topics.h."""

    _fields_ = tuple((name, _POINTER) for name in ("marks", "vectors", "bounds"))


class KnownPointers(ctypes.Structure):
    """``Known`` of features.h."""

    _fields_ = (
        ("counts", ctypes.POINTER(CountsPointers)),
        ("alternatives", ctypes.POINTER(AlternativesPointers)),
        ("topics", ctypes.POINTER(TopicsPointers)), ("offsets", _POINTER), ("bits", _POINTER),
    )  # fmt: skip


class WeightsPointers(ctypes.Structure):
    """``Weights`` of weights.c."""

    _fields_ = (
        ("rows", _POINTER), ("flats", _POINTER), ("scale", 2 * _FLOAT), ("bias", 2 * _FLOAT),
    )  # fmt: skip


class ComparisonPointers(ctypes.Structure):
    """``Comparison`` of contrast.h."""

    _fields_ = tuple((name, _POINTER) for name in ("at", "gains"))


_BATCH = ctypes.POINTER(BatchPointers)
_KNOWN = ctypes.POINTER(KnownPointers)
_COMPARISON = ctypes.POINTER(ComparisonPointers)
_ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "ngram_keys": (_POINTER, _I64, _I64, _I64, _POINTER),
    "count_slots": (_POINTER, _I64, _U32, _POINTER, _POINTER),
    "fold_code_points": (_POINTER, _I64, _POINTER, _POINTER, _U32, *[_POINTER] * 3),
    "place_pages": (_POINTER, _I64, *[_POINTER] * 2, _I64, *[_POINTER] * 4),
    "character_features": (_BATCH, _KNOWN, *[_POINTER] * 5, _COMPARISON),
    "line_ties": (
        _POINTER, _I64, *[_POINTER] * 3, _I64, ctypes.POINTER(CountsPointers), *[_POINTER] * 2,
    ),
    "enter_words": (_POINTER, _I64, _POINTER, _POINTER),
    "topic_cosines": (_BATCH, ctypes.POINTER(TopicsPointers), _POINTER),
    "candidate_features": (
        _BATCH, ctypes.POINTER(CountsPointers), _I64, *[_POINTER] * 5, _FLOAT, _I64, _I64,
        *[_POINTER] * 7,
    ),
    "sharpened": (_BATCH, ctypes.POINTER(CountsPointers), _POINTER, _I64, *[_POINTER] * 2),
    "first_evidence": (
        _BATCH, _KNOWN, ctypes.POINTER(WeightsPointers), _COMPARISON, _POINTER,
    ),
    "second_evidence": (_BATCH, *[_POINTER] * 4),
    "wording_features": (_BATCH, *[_POINTER] * 2, _I64, _U32, *[_POINTER] * 4),
    "maximal_segments": (
        _POINTER, _POINTER, _I64, _FLOAT, _FLOAT, _DOUBLE, _DOUBLE, *[_POINTER] * 3,
    ),
    "survey_textures": (_BATCH, *[_POINTER] * 11),
    "runs_within": (_POINTER, _FLOAT, _I64, *[_POINTER] * 5),
    "find_lines": (_POINTER, _I64, _I64, _POINTER),
    "holders": (_POINTER, _POINTER, _I64, *[_POINTER] * 2),
    "element_paths": (
        *[_POINTER] * 2, _I64, _POINTER, _I64, _I64, _POINTER, _I64, _I64, _POINTER, _I64, _POINTER,
    ),
    "nearest_of_tag": (*[_POINTER] * 3, _I64, _I64, _I64, _POINTER),
    "count_inside": (*[_POINTER] * 2, _I64, _I64, _POINTER),
    "is_utf8": (_POINTER, _I64),
    "number_elements": (*[_POINTER] * 3, _I64, _POINTER),
    "serialise_document": (*[_POINTER] * 3, _I64, _POINTER, _I64),
    "survey_tags": (
        _POINTER, _I64, _POINTER, _I64, _POINTER, _POINTER, _U64, _POINTER, _POINTER,
    ),
    "count_marks": (_POINTER, _I64, _POINTER),
    "scan_markup": (
        _POINTER, _I64, _I64, _POINTER, _I64, _POINTER, *[_I64] * 4, _U64, *[_POINTER] * 4,
    ),
    "read_states": (_POINTER, _I64, _POINTER, _I64, _POINTER, _POINTER, _U64, _POINTER),
    "script_signs": (_POINTER, _I64),
    "telling_literals": (_POINTER, _I64, _POINTER),
    "read_links": (
        _POINTER, _I64, *[_POINTER] * 2, _I64, _POINTER, _I64, _POINTER, _I64, _POINTER, _I64,
        _POINTER, _U64, *[_POINTER] * 4,
    ),
    "write_page": (
        _POINTER, _I64, _POINTER, _POINTER, _I64, _POINTER, _I64, _POINTER, _I64, _POINTER, _I64,
        _POINTER, _POINTER, _I64, _POINTER, _POINTER, _U64, *[_POINTER] * 4,
    ),
}  # fmt: skip


@cache
def loaded() -> dict[str, Callable[..., int]]:
    """Return the functions of the library. Raises :class:`DetectorError` where it is missing."""
    try:
        library = ctypes.CDLL(str(LIBRARY))
    except OSError as error:
        raise DetectorError(
            f"the compiled part of detector cannot be loaded ({error}); install the package with "
            "pip, or in a checkout run `pip install --editable .`, which builds it"
        ) from error
    functions = {}
    for name, arguments in _ARGUMENTS.items():
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, _I64
        functions[name] = function
    return functions


def address(array: NDArray[Any] | None, dtype: type[np.generic], size: int) -> int | None:
    """Return where an array lies, after making sure that it is what the C code takes it for.

    Raises ``ValueError`` when it has another type, fewer items than ``size``, or holes.
    """
    if array is None:
        return None
    flags = array.flags
    if array.dtype != dtype or array.size < size or not flags.c_contiguous:
        raise ValueError(f"not {size} contiguous {dtype.__name__}: {array.dtype} {array.shape}")
    # Scoring asks for a hundred addresses: this takes a fifth of the time of the other.
    return _address_of(_start_of(array)) if flags.writeable else array.ctypes.data


def call(name: str, *arguments: Any) -> int:
    """Call a function of the library. Raises ``MemoryError`` when it has not enough."""
    result = loaded()[name](*arguments)
    if result < 0:
        raise MemoryError(f"{name} of detector's compiled part found no memory")
    return result
