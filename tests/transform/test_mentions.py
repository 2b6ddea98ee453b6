"""Rows of what was found hold spans of their own document, and ids that lead to each other, on every page."""

from etl.transform import pipeline
from tests.bench import documents

_ITEM = (
    "BREDA (ANP) - De politie heeft vrijdag in Tilburg twee mannen aangehouden, meldt persbureau AFP. "
    "De burgemeester van Tilburg veroordeelde donderdag het geweld.\n"
)
_PAGES = [_ITEM, "Een kop van een andere pagina\n\n" + _ITEM, "Niets.\n"]
_SURFACES = {
    "core.article_locations": "surface",
    "core.article_agencies": "credit_raw",
    "core.time_expressions": "surface",
    "core.events": "trigger",
    "core.event_participants": "surface",
}


def test_spans_are_of_the_document_that_the_row_is_of() -> None:
    tables = pipeline.transform(documents(_PAGES))
    texts = {f"{i:020d}": text for i, text in enumerate(_PAGES)}
    seen = set()
    for name, surface in _SURFACES.items():
        for row in tables[name].iter_rows(named=True):
            document = (row.get("article_id") or row["event_id"]).split("-")[0]
            assert texts[document][row["span_start"] : row["span_end"]] == row[surface], row
            seen.add((name, document))
    assert {(name, f"{i:020d}") for name in _SURFACES for i in (0, 1)} <= seen


def test_rows_name_rows_that_there_are() -> None:
    tables = pipeline.transform(documents(_PAGES))
    events = tables["core.events"]
    for table, key in (("sentences", "sentence_id"), ("time_expressions", "time_expression_id")):
        known = set(tables[f"core.{table}"][key])
        assert set(events[key].drop_nulls()) <= known
        assert events[key].null_count() < events.height
    sentences = {row["sentence_id"]: row for row in tables["core.sentences"].iter_rows(named=True)}
    for event in events.iter_rows(named=True):
        sentence = sentences[event["sentence_id"]]
        assert sentence["span_start"] <= event["span_start"] < event["span_end"] <= sentence["span_end"]
        assert event["anchor_id"] == f"{event['article_id']}-publication"
    assert set(tables["core.event_participants"]["event_id"]) <= set(events["event_id"])
