"""The floor under the test set of places."""

import pytest

from tests.transform.places.mentions import Judged, judged


@pytest.fixture(scope="module")
def all_judged() -> list[Judged]:
    return list(judged())


def test_places_are_found_and_resolved(all_judged: list[Judged]) -> None:
    expected = [j for j in all_judged if j.expected]
    wrong = [(j.surface, j.expected, j.location_id, j.text) for j in expected if not j.is_right]
    assert len(expected) >= 400
    assert len(wrong) <= 0.05 * len(expected), wrong


def test_few_other_names_are_taken_for_places(all_judged: list[Judged]) -> None:
    extra = [(j.surface, j.text) for j in all_judged if not j.expected]
    assert len(extra) <= 0.02 * len(all_judged), extra


def test_trust_tells_right_from_wrong(all_judged: list[Judged]) -> None:
    sure = [j for j in all_judged if j.expected and j.found and j.found.confidence >= 0.9]
    assert len(sure) > 200
    assert sum(j.is_right for j in sure) >= 0.95 * len(sure)
