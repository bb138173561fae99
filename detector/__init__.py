"""detector: finds search-engine spam in scraped pages, and says which words are the spam.

>>> from detector import Detector
>>> result = Detector.load().score("<title>…</title>…")
"""

from __future__ import annotations

from detector.config import Config
from detector.errors import DetectorError, InputError, ModelError
from detector.page import Page, Segment
from detector.result import Damage, Result, Span, Word
from detector.scoring import Detector
from detector.strip import Stripped

__all__ = [
    "Config",
    "Damage",
    "Detector",
    "DetectorError",
    "InputError",
    "ModelError",
    "Page",
    "Result",
    "Segment",
    "Span",
    "Stripped",
    "Word",
    "__version__",
]

__version__ = "0.1.0"
