"""The errors that this package raises on purpose."""

from __future__ import annotations

__all__ = ["DetectorError", "InputError", "ModelError"]


class DetectorError(Exception):
    """Base of all errors raised on purpose; the message says what to do."""


class InputError(DetectorError):
    """An argument is not something that can be scored."""


class ModelError(DetectorError):
    """A model folder is missing, damaged, or of another format version."""
