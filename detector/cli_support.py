"""What the commands share: exit statuses, options, and how they speak."""

from __future__ import annotations

import errno
import json
import os
import sys
import unicodedata
from pathlib import Path
from typing import Any

import click

from detector.errors import DetectorError
from detector.report import printable
from detector.scoring import Detector

__all__ = [
    "FAILED", "FOUND", "STOPPED", "Commands", "complain", "emit", "failure", "load",
    "model_option", "probability", "say",
]  # fmt: skip

FOUND, FAILED, STOPPED = 1, 2, 130

model_option = click.option(
    "--model", "model_path", type=click.Path(path_type=Path), metavar="FOLDER",
    help="Model folder to use instead of the shipped model.",
)  # fmt: skip


class Commands(click.Group):
    """Commands whose failures never look like :data:`FOUND`, which is what click exits with."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that ``ctx`` names; stopped by hand or unable to write, say so."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            say("stopped")
            sys.exit(STOPPED)
        except OSError as error:
            # Who reads the output may have had enough of it, which is not worth a word.
            if error.errno != errno.EPIPE:
                complain(error.filename or "standard output", error.strerror or str(error))
            # What is left of the output would fail once more at the end of the program.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            sys.exit(FAILED)


class _Probability(click.FloatRange):
    """A number from 0 to 1, which a NaN is not, though no bound tells it so."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        number: float = super().convert(value, param, ctx)
        if number != number:
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


probability = _Probability(0, 1)


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
