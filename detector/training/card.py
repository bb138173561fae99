"""The model card: what a model was made of, what it is for, how good it is."""

from __future__ import annotations

from typing import Any

from detector.model import Model

__all__ = ["model_card"]


def model_card(model: Model, metrics: dict[str, Any]) -> str:
    """Return the card in Markdown. ``metrics`` is what training measured."""
    made = model.provenance
    lines = [
        f"# Model {model.version}",
        "",
        "Finds search-engine spam in web pages: promotional words put into pages (`injection`),",
        "and text damaged by content farms (`garbled`). Chinese first; English, Indonesian,",
        "Vietnamese, Thai, Japanese, Korean, Turkish, Russian, Portuguese, Spanish, German have",
        "thin data. Page scores are fitted on synthetic pages. Their log-odds are then measured,",
        "for each kind, in how clean pages exceed them: one plain text in a hundred scores 0.05 or",
        f"more, {100 * made['false_rate']:g} % at most reach the threshold by an injection. Brief",
        "pages and findings in other languages have bounds of their own.",
        "",
        "Not for judging people, news, or whether a business is lawful: a report about gambling is",
        "clean, a lawful lottery's advertisement may be flagged.",
        "",
        f"- default threshold: {model.threshold}",
        f"- seed: {made.get('seed')}; synthetic pages: {made.get('pages')} for fitting,"
        f" {made.get('wording_pages')} for the wording of findings,",
        f"  {made.get('calibration_pages')} for calibration, {made.get('threshold_pages')} clean"
        f" ones for the threshold, {made.get('evaluation_pages')} for evaluation",
        f"- hand-written pages: {made.get('handwritten')}",
        "- The figures below are those of a model fitted on 70 % of the brands, keywords and word",
        "  pairs and without the families it is judged on. The weights that ship were then fitted",
        "  again with all of them. Calibration is that of the measured model; the thresholds were",
        "  counted anew, on clean synthetic pages, with the weights that ship.",
        "",
        "## Natural text",
        "Fetched by package name at training time; none of it is in the model except as counts of",
        "character n-grams (of the texts, a dictionary and the open-gram word model) and as a list",
        "of words that dictionaries hold for alike (thesaurus, homophones).",
        "",
        "| corpus | package | version | characters | licence | |",
        "| --- | --- | --- | ---: | --- | --- |",
    ]
    for name, corpus in sorted(made.get("corpora", {}).items()):
        held = "evaluation only" if corpus["held_out"] else ""
        lines.append(
            f"| {name} | {corpus['package']} | {corpus['version']} | {corpus['characters']:,} |"
            f" {corpus['licence']} | {held} |"
        )
    for name, title in (
        ("synthetic", "Synthetic pages of unseen documents, sources and dictionaries"),
        ("handwritten", "Hand-written pages of unseen families"),
    ):
        lines += ["", f"## {title}", "", *_figures(metrics[name])]
    return "\n".join(lines) + "\n"


def _figures(report: dict[str, Any]) -> list[str]:
    lines = [
        "| pages | spam | ham | ROC-AUC | AP | recall | recall at 0.1 % | flagged ham | ECE |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    groups = [("all", report["all"])]
    groups += [(f"{key}: {name}", group) for key in ("kind", "lang")
               for name, group in report.get(key, {}).items()]  # fmt: skip
    for name, group in groups:
        cells = [name, str(group["spam"]), str(group["ham"])]
        for key in ("roc_auc", "average_precision", "recall", "recall_at_0.1%", "false_positives"):
            value = group.get(key)
            cells.append("" if value is None else f"{value[0]:.3f} ({value[1]:.3f}-{value[2]:.3f})")
        cells.append(str(group.get("ece", "")))
        lines.append("| " + " | ".join(cells) + " |")
    lines += [
        "",
        "| characters of spans | precision | recall | F1 |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name in ("injection", "garbled", "words"):
        found = report["all"].get(f"{name}_spans")
        if found:
            low, high = found["f1"][1:]
            lines.append(
                f"| {name} | {found['precision']:.3f} | {found['recall']:.3f} |"
                f" {found['f1'][0]:.3f} ({low:.3f}-{high:.3f}) |"
            )
    return lines
