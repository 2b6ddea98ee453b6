"""Which site a source is of, and the zone its newsroom counts days in."""

import csv
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from etl.settings import current
from etl.transform import pipeline, sites
from tests.warehouse.documents import document


@pytest.mark.parametrize(
    ("source_uri", "expected"),
    [
        ("https://www.nos.nl/artikel/1", "nos.nl"),
        ("HTTP://NU.NL:8080/a?b=http://ad.nl", "nu.nl"),
        ("nos.nl/artikel/1.html", "nos.nl"),
        ("www.hln.be/index.html", "hln.be"),
        ("buitenland-1.txt", ""),
        ("2026/02/nieuws.html", ""),
        ("", ""),
        ("https://" + "x" * 100_000, "x" * 250),
    ],
)
def test_the_site_of_a_source(source_uri: str, expected: str) -> None:
    assert sites.site(source_uri) == expected


@pytest.mark.parametrize(
    ("host", "zone"),
    [
        ("nos.nl", "Europe/Amsterdam"),
        ("amp.theguardian.com", "Europe/London"),
        ("bbc.co.uk", "Europe/London"),
        ("vrt.be", "Europe/Brussels"),
        ("starnieuws.com", "America/Paramaribo"),
        ("example.com", None),
        ("", None),
    ],
)
def test_the_zone_of_a_site(host: str, zone: str | None) -> None:
    assert sites.zone(host) == zone


def test_every_zone_of_the_seeds_exists_and_sites_stand_once() -> None:
    for name, column in (("sites", "site"), ("agencies", "code")):
        with (current().seeds / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        assert len({row[column] for row in rows}) == len(rows)
        for row in rows:
            if row["timezone"]:
                ZoneInfo(row["timezone"])


TEXT = (
    "Staking in de haven\n{}De havenarbeiders hebben vrijdag het werk neergelegd, zeggen de vakbonden van het dok.\n"
)


@pytest.mark.parametrize(
    ("uri", "dateline", "zone"),
    [
        # the agency's newsroom comes before the site's, the site's before the language's
        ("https://www.starnieuws.com/1", "PARAMARIBO (ANP) - ", "Europe/Amsterdam"),
        ("https://www.starnieuws.com/1", "PARAMARIBO - ", "America/Paramaribo"),
        ("https://vrt.be/1", "GENT (BELGA) - ", "Europe/Brussels"),
        ("page.txt", "GENT - ", "Europe/Amsterdam"),
    ],
)
def test_days_count_in_the_zone_of_the_agency_the_site_or_the_language(uri: str, dateline: str, zone: str) -> None:
    rows = document(TEXT.format(dateline), "text").with_columns(source_uri=pl.lit(uri))
    anchors = pipeline.transform(rows)["core.anchors"]
    assert anchors.filter(anchors["kind"] == "publication")["timezone"].to_list() == [zone]
