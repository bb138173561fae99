"""Tables for the terminal: what a model is, how it measures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from detector.hosts import Host
from detector.model import Model
from detector.report import printable, shortened

if TYPE_CHECKING:
    from detector.training.evaluate import Judgement

__all__ = ["print_evaluation", "print_hosts", "print_model"]

_PAGE_FIGURES = {
    "roc_auc": "ROC-AUC",
    "average_precision": "AP",
    "recall": "recall",
    "recall_at_1%": "R@1%",
    "recall_at_0.1%": "R@0.1%",
    "false_positives": "flagged ham",
}


def _console() -> Console:
    console = Console()
    # Piped into a file, a table must not be cut to the width of a terminal that is not there.
    return console if console.is_terminal else Console(width=160)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return f"{value[0]:.4f} ({value[1]:.4f}-{value[2]:.4f})"
    return str(value)


def print_evaluation(report: dict[str, Any], wrong: Sequence[Judgement]) -> None:
    """Print what ``detector evaluate`` measured; ``wrong`` are pages to list as errors."""
    console = _console()
    table = Table(title=f"model {report['model']}, threshold {report['threshold']}")
    table.add_column("pages of")
    for name in ("spam", "ham", *_PAGE_FIGURES.values(), "ECE"):
        table.add_column(name, justify="right")
    spans = Table(title="characters of spans")
    for name in ("pages of", "kind", "precision", "recall", "F1"):
        spans.add_column(name)
    groups = [("all", report["all"])]
    for key in ("kind", "lang", "family", "source"):
        for name, group in report[key].items():
            if len(report[key]) > 1 or key == "kind":
                groups.append((f"{key} {printable(name)}", group))
    for name, group in groups:
        cells = [_cell(group.get(figure)) for figure in _PAGE_FIGURES]
        table.add_row(
            escape(name), str(group["spam"]), str(group["ham"]), *cells, _cell(group.get("ece"))
        )
        for kind in ("injection", "garbled", "words"):
            found = group.get(f"{kind}_spans")
            if found:
                spans.add_row(
                    escape(name), kind, f"{found['precision']:.4f}", f"{found['recall']:.4f}",
                    _cell(found["f1"]),
                )  # fmt: skip
    console.print(table)
    if spans.row_count:
        console.print(spans)
    for judgement in wrong:
        label = "spam" if judgement.spam else "ham"
        name, text = printable(judgement.id), printable(judgement.top[:80])
        console.print(f"{label} {judgement.score:.3f} {name} {text}", markup=False)


def print_model(model: Model) -> None:
    """Print what ``detector model`` tells."""
    console = _console()
    made = model.provenance
    table = Table(title=f"model {model.version}", show_header=False)
    table.add_column()
    table.add_column()
    table.add_row("default threshold", str(model.threshold))
    table.add_row("seed", str(made.get("seed", "")))
    pages = ", ".join(
        f"{made[key]:,} {text}"
        for key, text in (
            ("pages", "fitting"),
            ("wording_pages", "the wording of findings"),
            ("calibration_pages", "calibration"),
            ("threshold_pages", "the threshold"),
            ("evaluation_pages", "evaluation"),
        )
        if key in made
    )
    table.add_row("synthetic pages", pages)
    table.add_row("hand-written pages", str(made.get("handwritten", "")))
    for name, figures in made.get("quality", {}).items():
        told = ", ".join(f"{key} {_cell(value)}" for key, value in figures.items())
        table.add_row(f"quality, {name}", told)
    console.print(table)
    corpora = Table(title="natural text and lexicons")
    for name in ("corpus", "package", "version", "characters", "licence", "use"):
        corpora.add_column(name)
    for name, corpus in made.get("corpora", {}).items():
        corpora.add_row(
            name, corpus["package"], corpus["version"], f"{corpus['characters']:,}",
            corpus["licence"], "evaluation only" if corpus["held_out"] else "",
        )  # fmt: skip
    console.print(corpora)


def print_hosts(hosts: Sequence[Host]) -> None:
    """Print what ``detector hosts`` tells of ``hosts``, in their order."""
    console = _console()
    table = Table()
    for name in ("host", "looks"):
        table.add_column(name, overflow="fold")
    for name in ("pages", "flagged", "share"):
        table.add_column(name, justify="right")
    for name in ("seen", "worst page", "findings (pages)"):
        table.add_column(name, overflow="fold")
    for host in hosts:
        days = [day[:10] for day in (host.first, host.last) if day]
        worst = host.worst[0][0] if host.worst else ""
        phrases = [f"{shortened(text, 24)} ({pages:,})" for text, pages in host.phrases[:2]]
        cells = (
            host.host, host.looks, f"{host.pages:,}", f"{host.spam:,}", f"{host.share:.1%}",
            " - ".join(dict.fromkeys(days)), worst,
            " · ".join(phrases),
        )  # fmt: skip
        table.add_row(*(escape(printable(cell)) for cell in cells))
    console.print(table)
