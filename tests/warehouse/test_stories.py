"""Items that are nearly the same share a story; rows are kept, and the order of loading does not matter."""

import itertools

import duckdb
import pytest

from etl.warehouse import stories
from tests.warehouse.documents import add, build

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


@pytest.mark.parametrize("order", list(itertools.permutations([TEXT, EDITED, OTHER])))
def test_the_order_does_not_matter(order: tuple[str, ...]) -> None:
    con, at_once = build(), build()
    for text in order:
        add(con, text, kind="text")
        stories.merge(con)
    add(at_once, TEXT, EDITED, OTHER, kind="text")
    stories.merge(at_once)
    assert told(con) == told(at_once)


def test_a_document_read_again_finds_its_story() -> None:
    con = build()
    add(con, TEXT, EDITED, kind="text")
    stories.merge(con)
    before = told(con)
    add(con, TEXT, EDITED, kind="text", version="v2")
    stories.merge(con)
    assert told(con) == before
