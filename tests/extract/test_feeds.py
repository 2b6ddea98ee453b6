"""Feeds of our own writing, good and hostile."""

import itertools
from pathlib import Path

import pytest

from tests.extract.pages import AT, LEAD, refused, rows

RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Krant</title>{}</channel></rss>"""
ITEM = """<item><title>Brand in loods &amp;amp; schuur</title><link>https://a.example/1</link><guid>g1</guid>
<pubDate>Sat, 31 Jan 2026 09:15:00 +0100</pubDate><description>&lt;p&gt;{}&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;
&lt;p onclick="x()"&gt;{}&lt;/p&gt;&lt;img src=x onerror=x()&gt;</description></item>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Krant</title>{}</feed>"""
ENTRY = """<entry><id>urn:a:1</id><title type="html">Brand in &lt;b&gt;loods&lt;/b&gt;</title>
<published>2026-01-31T08:15:00Z</published><updated>2026-01-31T09:00:00Z</updated><summary>Kort.</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{}</p><p>{}</p></div></content></entry>"""


@pytest.mark.parametrize("name", ["a.rss", "a.xml", "a"])
def test_rss(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(RSS.format(ITEM.format(*LEAD[:2])))
    [row] = rows(tmp_path)
    assert row["text"] == f"Brand in loods & schuur\n\n{LEAD[0]}\n{LEAD[1]}"
    assert (row["source_uri"], row["source_kind"], row["kind"]) == ("https://a.example/1", "rss", "text")
    assert (row["published_earliest"], row["published_latest"]) == (AT, AT)
    assert row["stated_headline"] == "Brand in loods & schuur"
    assert row["basis"] is None  # when the feed was fetched is not known


@pytest.mark.parametrize("name", ["a.atom", "a.xml"])
def test_atom(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(ATOM.format(ENTRY.format(*LEAD[:2])))
    [row] = rows(tmp_path)
    assert row["text"] == f"Brand in loods\n\n{LEAD[0]}\n{LEAD[1]}"
    assert (row["source_uri"], row["source_kind"]) == ("urn:a:1", "atom")
    assert (row["published_earliest"], row["published_latest"]) == (AT, AT)


def test_an_update_only_bounds_the_publication(tmp_path: Path) -> None:
    entry = ENTRY.format(*LEAD[:2]).replace("<published>2026-01-31T08:15:00Z</published>", "")
    (tmp_path / "a.atom").write_text(ATOM.format(entry.replace("2026-01-31T09:00:00Z", "2026-01-31T08:15:00Z")))
    [row] = rows(tmp_path)
    assert (row["published_earliest"], row["published_latest"]) == (None, AT)


def test_of_a_truncated_feed_the_whole_entries_are_taken(tmp_path: Path) -> None:
    feed = RSS.format("".join(ITEM.format(*LEAD[:2]).replace("/1<", f"/{i}<") for i in range(4)))
    (tmp_path / "a.rss").write_text(feed[: feed.rindex("<pubDate>")])
    assert [row["source_uri"] for row in rows(tmp_path)][:3] == [f"https://a.example/{i}" for i in range(3)]
    [(uri, reason, detail)] = refused(tmp_path)
    assert (uri, reason) == ("a.rss", "damaged")
    assert "fetch it again" in detail


def test_an_entry_without_words_is_refused_and_the_next_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.rss").write_text(
        RSS.format("<item><link>https://a.example/0</link></item>" + ITEM.format(*LEAD[:2]))
    )
    assert [row["source_uri"] for row in rows(tmp_path)] == ["https://a.example/1"]
    assert [(uri, reason) for uri, reason, _ in refused(tmp_path)] == [("https://a.example/0", "empty")]


@pytest.mark.parametrize("content", ["", "no feed", "<rss/>", "<html><body>x</body></html>"])
def test_what_is_no_feed_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.rss").write_text(content)
    [(uri, reason, _)] = refused(tmp_path)
    assert (uri, reason) == ("a.rss", "empty")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", ["a.rss", "a.xml"])
def test_bombs_are_refused(tmp_path: Path, name: str, encoding: str) -> None:
    entities = '<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in itertools.pairwise("abcdefghi")
    )
    bomb = f"<!DOCTYPE rss [{entities}]>" + RSS.split("?>")[1].format("<item><title>&i;</title></item>")
    (tmp_path / name).write_bytes(bomb.encode(encoding))
    [(uri, reason, detail)] = refused(tmp_path)
    assert (uri, reason) == (name, "unsafe")
    assert "ENTITY" in detail
