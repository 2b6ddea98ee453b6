"""What must hold of any split of any text."""

from etl.transform.pages import Page


def conserved(text: str, page: Page) -> None:
    """Items, their headlines and stamps, and furniture cover the text but for white space, and never overlap."""
    spans = [(f.start, f.end) for f in page.furniture]
    for item in page.items:
        spans.append((item.item.start, item.item.end))
        if item.role != "brief":
            spans += [(item.headline.start, item.headline.end)] if item.headline else []
            spans += [(item.stamp.start, item.stamp.end)] if item.stamp else []
    at = 0
    for start, end in sorted(spans):
        assert start >= at, f"two claim the same characters: {text[start:at]!r}"
        assert not text[at:start].strip(), f"nobody claims {text[at:start]!r}"
        at = end
    assert not text[at:].strip(), f"nobody claims {text[at:]!r}"
