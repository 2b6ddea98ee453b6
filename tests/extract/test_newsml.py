"""NewsML-G2, NewsML 1.2 and NITF of our own writing."""

from pathlib import Path

import pytest

from tests.extract.pages import AT, LEAD, refused, rows

NITF = """<nitf><head><title>Titel</title><docdata><doc-id id-string="doc-1"/>
<date.issue norm="20260131T091500+0100"/></docdata></head><body><body.head><hedline><hl1>Brand in loods</hl1>
<hl2>Niemand gewond</hl2></hedline><distributor>ANP</distributor>{dateline}</body.head>
<body.content><media><media-caption>De loods</media-caption></media><p>{0}</p><p>{1}</p></body.content>
<body.end><tagline>(c) ANP</tagline></body.end></body></nitf>"""
G2 = """<?xml version="1.0" encoding="UTF-8"?><newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>
<newsItem guid="urn:newsml:a:1" version="2"><itemMeta><itemClass qcode="ninat:text"/>
<versionCreated>2026-01-31T09:15:00+01:00</versionCreated><firstCreated>2026-01-31T07:00:00+01:00</firstCreated>
<pubStatus qcode="stat:{status}"/></itemMeta><contentMeta><creditline>ANP/AFP</creditline>
<headline>Brand in loods (2)</headline><dateline>{dateline}</dateline>
<located qcode="x:1"><name>Assen</name></located>
</contentMeta><contentSet>{content}</contentSet></newsItem>
<newsItem guid="urn:newsml:a:2"><itemMeta><itemClass qcode="ninat:picture"/></itemMeta><contentSet><remoteContent
href="a.jpg"/></contentSet></newsItem></itemSet></newsMessage>"""
XHTML = """<inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><head>
<title>x</title></head><body><p>{0}</p><p>{1}</p></body></html></inlineXML>"""
DATA = """<inlineData contenttype="text/plain">{0}
{1}</inlineData>"""
NEWSML = """<?xml version="1.0" encoding="iso-8859-1"?><!DOCTYPE NewsML SYSTEM "http://a.example/NewsML_1.2.dtd">
<NewsML><NewsItem><Identification><NewsIdentifier><PublicIdentifier>urn:newsml:anp.example:20260131:1:1</PublicIdentifier>
</NewsIdentifier></Identification><NewsManagement><FirstCreated>20260131T091500+0100</FirstCreated>
<ThisRevisionCreated>20260131T091500+0100</ThisRevisionCreated><Status FormalName="{status}"/></NewsManagement>
<NewsComponent><NewsLines><HeadLine>Café in as</HeadLine><DateLine>{dateline}</DateLine><CreditLine>ANP</CreditLine>
</NewsLines><DescriptiveMetadata><Location><Property FormalName="Country" Value="NLD"/><Property FormalName="City"
Value="Assen"/></Location></DescriptiveMetadata><ContentItem><DataContent>{content}</DataContent></ContentItem>
</NewsComponent></NewsItem></NewsML>"""


def write(folder: Path, content: str, encoding: str = "utf-8") -> Path:
    (folder / "a.xml").write_bytes(content.encode(encoding))
    return folder


@pytest.mark.parametrize(
    "content",
    [XHTML, DATA, '<inlineXML contenttype="application/nitf+xml">' + NITF.replace("{dateline}", "") + "</inlineXML>"],
)
def test_g2_states_fields_and_its_text_is_parsed(tmp_path: Path, content: str) -> None:
    write(tmp_path, G2.format(status="usable", dateline="", content=content.format(*LEAD)))
    [row] = rows(tmp_path)
    assert row["text"] == f"Brand in loods (2)\n\n{LEAD[0]}\n{LEAD[1]}"
    assert (row["source_uri"], row["source_kind"], row["kind"]) == ("urn:newsml:a:1", "newsml-g2", "text")
    assert (row["stated_headline"], row["stated_dateline"]) == ("Brand in loods (2)", None)
    assert (row["stated_location"], row["stated_credit"]) == ("Assen", "ANP/AFP")
    assert (row["published_earliest"], row["published_latest"]) == (AT, AT)
    assert (row["item_uri"], row["item_version"]) == ("urn:newsml:a:1", 2)
    assert [(uri, reason) for uri, reason, _ in refused(tmp_path)] == [("urn:newsml:a:2", "no_page")]


@pytest.mark.parametrize("status", ["canceled", "withheld"])
def test_what_an_agency_took_back_is_refused(tmp_path: Path, status: str) -> None:
    write(tmp_path, G2.format(status=status, dateline="", content=DATA.format(*LEAD)))
    assert rows(tmp_path) == []
    assert ("urn:newsml:a:1", "withdrawn") in [(uri, reason) for uri, reason, _ in refused(tmp_path)]
    write(tmp_path, NEWSML.format(status=status.title(), dateline="", content=LEAD[0]), "latin-1")
    assert [reason for _, reason, _ in refused(tmp_path)] == ["withdrawn"]


@pytest.mark.parametrize(
    ("dateline", "first_line"),
    [
        ("", "Niemand raakte gewond."),
        ("ASSEN (ANP)", "ASSEN (ANP) - Niemand raakte gewond."),
        ("ASSEN (ANP) -", "ASSEN (ANP) - Niemand raakte gewond."),
        ("LIMA, Peru (AP) —", "LIMA, Peru (AP) — Niemand raakte gewond."),
    ],
)
def test_a_stated_dateline_opens_the_body(tmp_path: Path, dateline: str, first_line: str) -> None:
    write(
        tmp_path,
        G2.format(status="usable", dateline=dateline, content=DATA.format("Niemand raakte gewond.", "Meer.")),
    )
    [row] = rows(tmp_path)
    assert row["text"] == f"Brand in loods (2)\n\n{first_line}\nMeer."
    assert row["stated_dateline"] == (dateline or None)


def test_a_dateline_that_stands_in_the_text_is_not_doubled(tmp_path: Path) -> None:
    notice = "In dit bericht zijn reacties toegevoegd."
    content = DATA.format(notice, LEAD[0])
    write(tmp_path, G2.format(status="usable", dateline="Assen (ANP)", content=content))
    [row] = rows(tmp_path)
    assert row["text"] == f"Brand in loods (2)\n\n{notice}\n{LEAD[0]}"


def test_newsml_1_names_the_item_apart_from_its_revision(tmp_path: Path) -> None:
    ids = "<ProviderId>anp.example</ProviderId><DateId>20260131</DateId><NewsItemId>7</NewsItemId>"
    content = NEWSML.replace("<NewsIdentifier>", f"<NewsIdentifier>{ids}<RevisionId Update='N'>3</RevisionId>")
    body = "<html><body><p>{}</p><p>{}</p></body></html>".format(*LEAD)
    [row] = rows(write(tmp_path, content.format(status="Usable", dateline="", content=body), "latin-1"))
    assert (row["item_uri"], row["item_version"]) == ("urn:newsml:anp.example:20260131:7", 3)


@pytest.mark.parametrize(
    "content", [NITF.replace("{dateline}", ""), "<html><body><p>{0}</p><p>{1}</p></body></html>"]
)
def test_newsml_1_with_an_empty_dateline(tmp_path: Path, content: str) -> None:
    write(tmp_path, NEWSML.format(status="Usable", dateline="", content=content.format(*LEAD)), "latin-1")
    [row] = rows(tmp_path)
    assert row["text"] == f"Café in as\n\n{LEAD[0]}\n{LEAD[1]}"
    assert (row["source_kind"], row["encoding"]) == ("newsml", "iso-8859-1")
    assert (row["stated_location"], row["stated_credit"], row["stated_dateline"]) == ("Assen", "ANP", None)
    assert (row["published_earliest"], row["published_latest"]) == (AT, AT)
    assert refused(tmp_path) == []


def test_nitf(tmp_path: Path) -> None:
    dateline = "<dateline><location>ASSEN</location> (ANP)</dateline>"
    doctype = '<!DOCTYPE nitf SYSTEM "nitf-3-4.dtd">'
    write(tmp_path, doctype + NITF.format("Een caf&eacute; &amp; een loods.", "Meer.", dateline=dateline))
    [row] = rows(tmp_path)
    assert row["text"] == "Brand in loods\n\nASSEN (ANP) - Een café & een loods.\nMeer."
    assert (row["source_uri"], row["source_kind"]) == ("doc-1", "nitf")
    assert (row["stated_location"], row["stated_credit"], row["stated_dateline"]) == ("ASSEN", "ANP", "ASSEN (ANP)")
    assert (row["published_earliest"], row["published_latest"]) == (AT, AT)


@pytest.mark.parametrize(
    ("content", "reason", "says"),
    [
        ("<nitf><body></nitf>", "damaged", "line 1"),
        ("<recipe/>", "unknown_format", "newsMessage"),
        ("<a>" * 10_000 + "</a>" * 10_000, "damaged", "depth"),
        ('<!DOCTYPE nitf [<!ENTITY e SYSTEM "file:///etc/hostname">]><nitf>&e;</nitf>', "unsafe", "ENTITY"),
        ('<!DOCTYPE nitf [<!ENTITY % p SYSTEM "http://a.example/x"> %p;]><nitf/>', "unsafe", "ENTITY"),
        ("<nitf/>", "empty", "neither headline nor body"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, content: str, reason: str, says: str) -> None:
    write(tmp_path, content)
    (tmp_path / "b.txt").write_text(LEAD[0])
    assert [row["source_uri"] for row in rows(tmp_path)] == ["b.txt"]
    [(uri, found, detail)] = refused(tmp_path)
    assert (uri, found) == ("a.xml", reason)
    assert says in detail


def test_bytes_that_are_not_as_declared_are_decoded_all_the_same(tmp_path: Path) -> None:
    content = '<?xml version="1.0" encoding="utf-8"?>' + NITF.format("Een café in België.", "Meer.", dateline="")
    write(tmp_path, content, "cp1252")
    [row] = rows(tmp_path)
    assert "Een café in België." in row["text"]
