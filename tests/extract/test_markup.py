"""Walks through trees of HTML."""

import pytest

from etl.extract import markup


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Een <b>vet</b> woord<br>en een regel", ["Een vet woord", "en een regel"]),
        ("<p>een</p>twee<div>drie <p>vier</p> vijf</div>", ["een", "twee", "drie", "vier", "vijf"]),
        ("<p>een <!-- en --> twee <b>drie</b> vier</p>", ["een twee drie vier"]),
        ("<p>een<script>f('<p>')</script> twee<button>Deel <div>dit</div></button> drie</p>", ["een twee drie"]),
        ("<ul><li>a<li>b</ul>", ["a", "b"]),
        ("a &amp; b\nc", ["a & b", "c"]),
    ],
)
def test_a_line_for_each_block(value: str, expected: list[str]) -> None:
    assert markup.prose(value) == expected


def test_depth_costs_no_stack() -> None:
    assert markup.prose("<span>" * 200 + "x") == ["x"]
