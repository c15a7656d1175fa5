"""Model files: a model as BPMN, PNML, PTML, GraphML, JSON or as the drawn map, by the ending of the file's name."""

from __future__ import annotations

from pathlib import Path

from procmine.errors import UsageError, nearest
from procmine.mine import export
from procmine.mine.model_json import to_json
from procmine.model import Model
from procmine.report.maps import process_map as maps
from procmine.report.words import load
from procmine.schema import load_schema

WRITERS = {
    ".bpmn": export.to_bpmn,
    ".pnml": export.to_pnml,
    ".ptml": export.to_ptml,
    ".graphml": export.to_graphml,
    ".json": to_json,
}
SUFFIXES = (*sorted(WRITERS), ".svg")


def model_file(model: Model, path: Path, language: str = "de", study: Path | None = None) -> str:
    """The text of a model file. The map is drawn with its colours inside, so that any program shows it as it is.

    ``model`` has left the privacy door. Raises UsageError for an ending that is none of SUFFIXES.
    """
    if path.suffix == ".svg":
        words = load(language, study)
        labels = load_schema(study).labels(language)
        drawn = maps.draw(
            model, labels=labels, language=language, number=words.number, duration=words.duration, inline=True
        )
        return drawn.svg
    if path.suffix not in WRITERS:
        raise UsageError(f"A model is not written as {path.suffix or path.name}.", hint=nearest(path.suffix, SUFFIXES))
    return WRITERS[path.suffix](model)
