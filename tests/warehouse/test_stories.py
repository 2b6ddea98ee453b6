"""Items that are nearly the same share a story; rows are kept, and the order of loading does not matter."""

import datetime as dt
import itertools
from unittest.mock import Mock

import duckdb
import pytest

from etl.warehouse import load, stories
from tests.warehouse.documents import add, build, document, rows_of

SENTENCES = [
    "Het waterschap wil de dijk langs de Lek verhogen omdat het water elk jaar hoger staat.",
    "Dat maakte dijkgraaf De Wit bekend na een lange vergadering met de omwonenden.",
    "De provincie betaalt de helft van de kosten en de gemeente een kwart.",
    "Het werk begint in de herfst en duurt ongeveer drie jaar.",
]
TEXT = "UTRECHT (ANP) - " + " ".join(SENTENCES)
EDITED = TEXT.replace("drie jaar", "vier jaar")
TWICE_EDITED = EDITED.replace("een kwart", "de rest")
OTHER = (
    "ZWOLLE (ANP) - De brug bij Zwolle is dicht: een schip voer tegen de pijler, zegt de brandweer. Schepen varen om."
)
HALF = "UTRECHT (ANP) - " + " ".join([*SENTENCES[:2], *OTHER.split(" - ")[1:]])
SHORT, SHORT_EDITED = "EDE (ANP) - De brug is open.", "EDE (ANP) - De brug is dicht."


def told(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Story by the first words and the last of a document."""
    return dict(
        con.execute("SELECT text, story_id FROM core.articles JOIN raw.documents USING (document_id)").fetchall()
    )


def test_near_copies_share_a_story() -> None:
    con = build()
    add(con, TEXT, EDITED, TWICE_EDITED, OTHER, HALF, SHORT, SHORT_EDITED, kind="text")
    assert stories.merge(con) > 0
    found = told(con)
    assert found[TEXT] == found[EDITED] == found[TWICE_EDITED]
    assert len(set(found.values())) == 5, "the others tell stories of their own"
    counts = con.execute("SELECT story_id, n_articles FROM core.stories ORDER BY n_articles DESC").fetchall()
    assert counts[0] == (found[TEXT], 3)
    assert sum(n for _, n in counts) == 7
    assert con.execute("SELECT count(*) FROM core.events ANTI JOIN core.stories USING (story_id)").fetchone() == (0,)


def test_a_second_merge_changes_nothing() -> None:
    con = build()
    add(con, TEXT, EDITED, OTHER, kind="text")
    stories.merge(con)
    before = con.execute("SELECT * FROM ops.body_sketches ORDER BY ALL").fetchall()
    assert stories.merge(con) == 0
    assert con.execute("SELECT * FROM ops.body_sketches ORDER BY ALL").fetchall() == before


def test_items_whose_body_is_a_story_of_its_own_again_go_back_to_it() -> None:
    """As when other rules read one of several pages that have it, and sketch it otherwise."""
    con = build()
    add(con, TEXT, EDITED, OTHER, kind="text")
    alone = told(con)
    assert stories.merge(con) > 0
    con.execute("UPDATE ops.body_sketches SET story_id = left(body_sha256, 20)")
    assert stories.merge(con) == 1
    assert told(con) == alone


@pytest.mark.parametrize("order", list(itertools.permutations([TEXT, EDITED, OTHER])))
def test_the_order_does_not_matter(order: tuple[str, ...]) -> None:
    con, at_once = build(), build()
    for text in order:
        add(con, text, kind="text")
        stories.merge(con)
    add(at_once, TEXT, EDITED, OTHER, kind="text")
    stories.merge(at_once)
    assert told(con) == told(at_once)


@pytest.mark.parametrize("texts", list(itertools.permutations([TEXT, EDITED, TWICE_EDITED])))
def test_a_story_keeps_its_name_when_later_bodies_join_it(texts: tuple[str, ...]) -> None:
    con = build()
    for day, text in enumerate(texts, 1):
        add(con, text, kind="text", ingested_at=dt.datetime(2026, 2, day, tzinfo=dt.UTC))
        stories.merge(con)
    ((own,),) = con.execute(
        "SELECT left(body_sha256, 20) FROM core.articles JOIN raw.documents USING (document_id) WHERE text = ?",
        [texts[0]],
    ).fetchall()
    assert set(told(con).values()) == {own}


def test_texts_looked_up_in_many_parts_are_as_near(monkeypatch: pytest.MonkeyPatch) -> None:
    con, at_once = build(), build()
    for one in (con, at_once):
        add(one, TEXT, EDITED, TWICE_EDITED, OTHER, HALF, SHORT, SHORT_EDITED, kind="text")
    stories.merge(at_once)
    looked_up = Mock(side_effect=stories._near_of)
    monkeypatch.setattr(stories, "_near_of", looked_up)
    monkeypatch.setattr(stories, "_CHARS_AT_ONCE", len(TEXT))
    stories.merge(con)
    assert told(con) == told(at_once)
    assert looked_up.call_count > stories._AT_A_TIME


def test_a_document_read_again_finds_its_story() -> None:
    con = build()
    add(con, TEXT, EDITED, kind="text")
    stories.merge(con)
    before = told(con)
    add(con, TEXT, EDITED, kind="text", version="v2")
    stories.merge(con)
    assert told(con) == before


BULLETIN = [
    "De burgemeester van {} opent zaterdag de nieuwe bibliotheek aan de haven.",
    "Een schip met graan liep vannacht vast op een zandbank voor {}.",
    "De kerk van {} krijgt een nieuw dak van leien uit Wales.",
    "In {} zijn gisteren drie lammeren op een dak gevonden.",
    "De bakker van {} stopt na veertig jaar met zijn winkel.",
    "Het orkest van {} speelt dinsdag voor het laatst in de oude zaal.",
]


def test_near_copies_are_found_among_many_that_share_sentences() -> None:
    """Every sentence stands in many bodies, so that what bodies share tells little of which are nearly the same."""
    con = build()
    every = [" ".join(some).format(*["Assen"] * 3) for some in itertools.combinations(BULLETIN, 3)]
    copies = [text.replace("Assen", "Emmen", 1) for text in every]
    add(con, *every, *copies, kind="text")
    stories.merge(con)
    found = told(con)
    assert all(found[text] == found[copy] for text, copy in zip(every, copies, strict=True))
    assert len(set(found.values())) == len(every)


def test_a_few_that_come_to_many_find_the_stories_that_all_at_once_find() -> None:
    every = [" ".join(some).format(*["Assen"] * 3) for some in itertools.combinations(BULLETIN, 3)]
    copies = [text.replace("Assen", "Emmen", 1) for text in every]
    con, at_once = build(), build()
    add(con, *every, *copies[::2], kind="text")
    stories.merge(con)
    late = [*copies[1::8], OTHER]
    add(con, *late, kind="text")
    assert 4 * len(late) < len(every) + len(copies[::2])
    assert stories.merge(con) > 0
    add(at_once, *every, *copies[::2], *late, kind="text")
    stories.merge(at_once)
    assert told(con) == told(at_once)
    counts = "SELECT story_id, n_articles FROM core.stories ORDER BY ALL"
    assert con.execute(counts).fetchall() == at_once.execute(counts).fetchall()


def test_a_body_in_several_batches_has_one_sketch() -> None:
    con = build()
    for n in range(2):
        for i, text in enumerate((TEXT, EDITED, OTHER)):
            add(con, text, kind="text", document_id=f"{n}{i:019d}")
        assert stories.merge(con) == 1
    assert con.execute("SELECT count(*), count(DISTINCT body_sha256) FROM ops.body_sketches").fetchall() == [(3, 3)]
    assert con.execute("SELECT n_articles FROM core.stories ORDER BY ALL").fetchall() == [(2,), (4,)]


def test_what_a_run_that_was_killed_has_loaded_is_compared_by_the_next() -> None:
    con = build()
    add(con, TEXT, EDITED, kind="text")
    assert con.execute("SELECT count(*) FROM ops.body_sketches WHERE NOT is_compared").fetchall() == [(2,)]
    assert stories.merge(con) == 1
    assert con.execute("SELECT count(*) FROM ops.body_sketches WHERE NOT is_compared").fetchall() == [(0,)]


def test_a_search_that_was_cut_off_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    con = build()
    for n in range(2):
        for i, text in enumerate((TEXT, EDITED)):
            add(con, text, kind="text", document_id=f"{n}{i:019d}")
    with monkeypatch.context() as context, pytest.raises(OSError, match="cut off"):
        context.setattr(stories, "_recount", Mock(side_effect=OSError("cut off")))
        stories.merge(con)
    assert con.table("core.stories").count("*").fetchall() == [(0,)]
    assert stories.merge(con) == 2
    assert con.sql("SELECT n_articles FROM core.stories").fetchall() == [(4,)]


def test_a_sketch_goes_with_the_last_document_that_has_the_body() -> None:
    con = build()
    first, second = document(TEXT, "text"), document(TEXT, "text", document_id=f"{1:020d}")
    for rows in (first, second):
        load.load_documents(con, rows)
        load.load_batch(con, rows_of(rows), rows, "r1")
    stories.merge(con)
    for rows, n_left in ((first, 1), (second, 0)):
        nothing = {name: frame.clear() for name, frame in rows_of(rows).items()}
        load.load_batch(con, nothing, rows, "r1")
        assert con.table("ops.body_sketches").count("*").fetchall() == [(n_left,)]
