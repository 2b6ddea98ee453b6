"""Bytes to text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extract.records import RefusedError
from etl.extract.text import Decoded, clean, decode

WESTERN = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ ¡Éèëïüñç"
prose = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1).filter(
    lambda text: clean(text).strip() != ""
)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"plain\r\nlines\rof all\nkinds", Decoded("plain\nlines\nof all\nkinds", "utf-8")),
        ("Oekraïne".encode(), Decoded("Oekraïne", "utf-8")),
        (b"\xef\xbb\xbf\xef\xbb\xbfmarked twice", Decoded("marked twice", "utf-8")),
        (b"\xff\xfe" + "één".encode("utf-16-le"), Decoded("één", "utf-16-le")),
        (b"\xfe\xff" + "één".encode("utf-16-be"), Decoded("één", "utf-16-be")),
        (b"\xff\xfe\0\0" + "één".encode("utf-32-le"), Decoded("één", "utf-32-le")),
        (b"\0\0\xfe\xff" + "één".encode("utf-32-be"), Decoded("één", "utf-32-be")),
        ("Volgens België is het zover".encode("cp1252"), Decoded("Volgens België is het zover", "cp1252")),
        (b"\x93Nee\x94, zei de minister", Decoded("“Nee”, zei de minister", "cp1252")),
        # a wire's own marks, and one NUL in a long text, are not the mark of a binary
        (b"\x01" + b"word " * 40 + b"\0", Decoded("\x01" + "word " * 40 + "\ufffd", "utf-8")),
    ],
)
def test_decode(data: bytes, expected: Decoded) -> None:
    assert decode(data, "a.txt") == expected


@given(prose)
def test_utf8_comes_back(text: str) -> None:
    assert decode(text.encode(), "a") == Decoded(clean(text), "utf-8")


@given(prose, st.sampled_from(["utf-8-sig", "utf-16", "utf-32"]))
def test_marked_text_comes_back(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), "a").text == clean(text)


@given(st.lists(st.sampled_from(["zegt de politie ", "volgens Belgi\xeb is het "]), min_size=1))
def test_western_text_comes_back(parts: list[str]) -> None:
    assert decode("".join(parts).encode("cp1252"), "a").text == "".join(parts)


@given(st.binary(max_size=300))
def test_any_bytes_give_clean_text_or_a_reason(data: bytes) -> None:
    try:
        text, encoding = decode(data, "a")
    except RefusedError as error:
        assert error.reason in {"empty", "not_text", "bad_encoding"}
        assert error.detail.startswith("a")
    else:
        assert text.strip()
        assert not {"\r", "\0"} & set(text)
        assert not text.startswith("\ufeff")
        assert encoding in {"utf-8", "cp1252", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"}
        text.encode()
