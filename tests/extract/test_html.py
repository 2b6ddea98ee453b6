"""HTML pages into the text that the page splitter reads."""

from pathlib import Path

import pytest
import trafilatura

from etl.extract import html
from etl.extract.records import RefusedError
from etl.transform import pages as splitter
from tests.extract.pages import AT, LEAD, TEASERS, article, refused, rows

LISTED = "\n\n".join(f"{title}\n{text}\n{stamp}" for title, text, stamp in TEASERS)


def place(name: str) -> bool:
    return False


def in_list(title: str, text: str, stamp: str) -> str:
    return f"<li><a href='/x'><h3>{title}</h3></a><p>{text}</p><time>{stamp}</time></li>"


def stamp_first(title: str, text: str, stamp: str) -> str:
    return f"<div class='card'><span class='post-date'>{stamp}</span><h3>{title}</h3><p>{text}</p></div>"


def in_row(title: str, text: str, stamp: str) -> str:
    return f"<tr><td class='article_time'>{stamp}</td><td><b>{title}</b><br>{text}</td></tr>"


def flat_after(title: str, text: str, stamp: str) -> str:
    return f"<h3>{title}</h3><p>{text}</p><time>{stamp}</time>"


def flat_before(title: str, text: str, stamp: str) -> str:
    return f"<time>{stamp}</time><h3>{title}</h3><p>{text}</p>"


def updated(title: str, text: str, stamp: str) -> str:
    return f"<li><h3>{title}</h3><p>{text}</p><time>{stamp}</time> bijgewerkt <time>2 uur geleden</time></li>"


def glued(title: str, text: str, stamp: str) -> str:
    return f"<li><h3>{title}</h3><p>{text} <time>{stamp}</time></p></li>"


LAYOUTS = [
    ("ul", in_list),
    ("section", stamp_first),
    ("table", in_row),
    ("div", flat_after),
    ("div", flat_before),
    ("ul", glued),
]


@pytest.mark.parametrize(("tag", "item"), LAYOUTS)
def test_lists_are_kept_with_each_stamp_behind_its_item(tag: str, item: object) -> None:
    assert callable(item)
    listed = "".join(item(*teaser) for teaser in TEASERS)
    page = html.extract(article(f"<aside><h2>Meer uit Binnenland</h2><{tag}>{listed}</{tag}></aside>"), "x")
    assert page.text == "\n".join(("Brand in loods", *LEAD)) + "\n\nMeer uit Binnenland\n" + LISTED
    assert page.headline == "Brand in loods"
    items = splitter.split(page.text, place).items
    assert [i.role for i in items] == ["lead", "teaser", "teaser", "teaser"]
    stamps = [page.text[i.stamp.start : i.stamp.end] for i in items if i.stamp]
    assert stamps == [stamp for _, _, stamp in TEASERS]


@pytest.mark.parametrize(("tag", "item"), LAYOUTS)
def test_an_index_has_no_lead(tag: str, item: object) -> None:
    assert callable(item)
    listed = "".join(item(*teaser) for teaser in TEASERS)
    page = html.extract(f"<html><body><main><h2>Net binnen</h2><{tag}>{listed}</{tag}></main></body></html>", "x")
    assert page.text == "Net binnen\n" + LISTED
    assert page.published == (None, None)


def test_two_stamps_of_one_item_are_one() -> None:
    listed = "".join(updated(*teaser) for teaser in TEASERS)
    page = html.extract(article(f"<aside><ul>{listed}</ul></aside>"), "x")
    assert [line for line in page.text.split("\n") if line in {stamp for _, _, stamp in TEASERS}] == [
        stamp for _, _, stamp in TEASERS
    ]


def test_comments_and_a_single_stamp_make_no_list() -> None:
    comments = "".join(f"<li><b>Lezer {i}</b><p>Wat een bericht.</p><time>{i} uur</time></li>" for i in range(3))
    page = html.extract(article(f"<time>1 uur geleden</time><ul class='comments'>{comments}</ul>"), "x")
    assert page.text == "\n".join(("Brand in loods", *LEAD))


@pytest.mark.parametrize(
    ("shown", "stated", "expected"),
    [
        ("3 uur geleden", "2026-01-31T08:15:00+01:00", "2026-01-31T08:15:00+01:00"),
        ("3 uur geleden", "2026-01-31T07:15:00Z", "3 uur geleden"),  # not the site's civil time
        ("3 uur geleden", "2026-01-31", "3 uur geleden"),
        ("31 jan 2026, 08:15", "2026-01-31T08:15:00+01:00", "31 jan 2026, 08:15"),
        ("", "2026-01-31T08:15", "2026-01-31T08:15"),
    ],
)
def test_which_form_of_a_stamp_is_taken(shown: str, stated: str, expected: str) -> None:
    listed = "".join(f"<li><p>{text}</p><time datetime='{stated}'>{shown}</time></li>" for _, text, _ in TEASERS)
    page = html.extract(f"<html><body><ul>{listed}</ul></body></html>", "x")
    assert page.text.split("\n")[1] == expected


LD = '<script type="application/ld+json">{}</script>'


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:published_time" content="2026-01-31T09:15:00+01:00">',
        LD.format('{"@type": "NewsArticle", "datePublished": "2026-01-31T08:15:00Z"}'),
        LD.format(
            '{"@graph": [{"@type": "WebSite"}, {"@type": ["NewsArticle"], "datePublished": "2026-01-31T08:15Z"}]}'
        ),
        LD.format("{broken") + LD.format('[{"@type": "Report", "datePublished": "2026-01-31T08:15:00.000Z"}]'),
    ],
)
def test_the_publication_that_the_page_states(tmp_path: Path, head: str) -> None:
    (tmp_path / "a.html").write_text(article(head=head))
    [row] = rows(tmp_path)
    assert (row["published_earliest"], row["published_latest"]) == (AT, AT)
    assert (row["source_kind"], row["kind"], row["media_type"]) == ("html", "page", "text/html")
    assert row["stated_headline"] == "Brand in loods"
    assert row["basis"] is None


@pytest.mark.parametrize(
    ("encoding", "declared", "recorded"),
    [
        ("utf-8", "utf-8", "utf-8"),
        ("utf-8", "iso-8859-1", "utf-8"),  # wrong, and seen to be so
        ("cp1252", "iso-8859-1", "cp1252"),
        ("iso-8859-15", "ISO-8859-15", "iso-8859-15"),
        ("utf-16", "utf-16", "utf-16-le"),
        ("cp1252", "no-such-thing", "cp1252"),
        ("cp1252", "unicode_escape", "cp1252"),  # a codec of Python that is no encoding
    ],
)
def test_encodings(tmp_path: Path, encoding: str, declared: str, recorded: str) -> None:
    page = (
        article()
        .replace('charset="utf-8"', f'charset="{declared}"')
        .replace("Omwonenden", "Één omwonende uit België")
    )
    (tmp_path / "a.html").write_bytes(page.encode(encoding))
    [row] = rows(tmp_path)
    assert "Één omwonende uit België" in row["text"]
    assert row["encoding"] == recorded


@pytest.mark.parametrize("content", ["", "<html><body><script>x()</script></body></html>", "<html></html>"])
def test_a_page_without_text_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.html").write_text(content)
    [(uri, reason, detail)] = refused(tmp_path)
    assert (uri, reason) == ("a.html", "empty")
    assert str(tmp_path / "a.html") in detail


def test_too_many_elements_are_refused() -> None:
    with pytest.raises(RefusedError, match="50000 elements"):
        html.extract("<html><body>" + "<b>x</b>" * 50_001 + "</body></html>", "x")


@pytest.mark.parametrize(
    "content",
    [
        article(),
        article("<div id='comments'><p>" + "Wat een bericht, zegt een lezer. " * 20 + "</p></div>"),
        "<html><body><p>Kort.</p></body></html>",
        "<html><body><nav>Menu</nav></body></html>",
        article().replace("Assen", "As\x07sen"),
        article().replace(
            "<!doctype html>", '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html PUBLIC "-//W3C//DTD">'
        ),
        article().replace('<html lang="nl">', '<html lang="nl" />'),
        "<p>Geen hele pagina.</p>",
    ],
)
def test_the_main_text_is_what_trafilatura_makes_of_the_page(content: str) -> None:
    """We call what it calls; this says so, whatever a later version of it does."""
    found = trafilatura.bare_extraction(content)
    tree = html._tree(content)
    assert (html._main(tree) if tree is not None else "") == getattr(found, "text", "")


@pytest.mark.parametrize("n_names", [1, 3, 20])
def test_stamps_told_by_their_classes(n_names: int) -> None:
    teasers = TEASERS * 7
    names = ["post-date", "Tijd", "x ago", *(f"date d{i}" for i in range(20))]
    listed = "".join(
        f"<li><p>{text}</p><span class='{names[i % n_names]}'>{stamp}</span></li>"
        for i, (_, text, stamp) in enumerate(teasers)
    )
    page = html.extract(
        f"<html class='time'><body class='date'><b class='update'>x</b><ul>{listed}</ul></body></html>", "x"
    )
    assert page.text == "\n\n".join(f"{text}\n{stamp}" for _, text, stamp in teasers)
