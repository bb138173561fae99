"""What the commands share: exit statuses, options, and how they speak."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import click

from detector.errors import DetectorError
from detector.report import printable
from detector.scoring import Detector

__all__ = [
    "FAILED", "FOUND", "complain", "emit", "failure", "load", "model_option", "probability", "say",
]  # fmt: skip

FOUND, FAILED = 1, 2

model_option = click.option(
    "--model", "model_path", type=click.Path(path_type=Path), metavar="FOLDER",
    help="Model folder to use instead of the shipped model.",
)  # fmt: skip
probability = click.FloatRange(0, 1)


def emit(row: dict[str, Any], indent: int | None = None) -> None:
    """Write ``row`` to standard output as JSON that no terminal obeys."""
    # Control and bidi characters could steer a terminal, and lone surrogates of a page or a file
    # name have no UTF-8; JSON's own escapes carry them. A line feed is never part of a string here.
    text = json.dumps(row, ensure_ascii=False, indent=indent)
    click.echo("".join(c if _is_plain(c) else json.dumps(c)[1:-1] for c in text))


def _is_plain(char: str) -> bool:
    return char == "\n" or char.isprintable() or unicodedata.category(char) == "Zs"


def say(message: str) -> None:
    """Write a message to standard error."""
    click.echo(f"detector: {printable(message)}", err=True)


def complain(name: str, message: str) -> None:
    """Write to standard error what is wrong with the input ``name``."""
    say(f"{name}: {message}")


def load(path: Path | None, threshold: float | None = None) -> Detector:
    """Return the detector with the model in ``path``, or the shipped one; exit where it fails."""
    try:
        return Detector.load(path, threshold=threshold)
    except DetectorError as error:
        raise failure(error) from error


class _Failure(click.ClickException):
    exit_code = FAILED


def failure(error: Exception) -> click.ClickException:
    """Return ``error`` as click reports it, with the exit status of a failure."""
    return _Failure(str(error))
