"""Composes pages in the layouts that Dutch news pages come in, with exact gold; the same seed gives the same page.

    A   headline, lead, `Meer uit X`, items, each followed by its stamp, glued to the next item's dateline
    B   boilerplate, the headline twice, blank lines, titled items, stamps on lines of their own
    C   an index: a date line, an edition line, a section, `ANP <title>`, text, stamp
    C2  `Net binnen` with briefs, then `PLACE - text` with the stamp glued on
    D   a list whose stamps stand before title and text
    E   a list whose stamps stand between title and text
    W   one wire story as a text of its own: title, dateline, paragraphs, a sign-off

Easy pages hold the plain forms; hard ones everything that is known to go wrong.
"""

import datetime as dt
import random
import textwrap
from collections.abc import Callable
from typing import NamedTuple

from tests.composed import stamps, words

LAYOUTS = ("A", "B", "C", "C2")
"""Of pages with several items, those that are met most."""


class Item(NamedTuple):
    """What is right for one item; spans in code points of the page's text, end exclusive."""

    span: tuple[int, int]
    title: tuple[int, int] | None
    places: tuple[str, ...]
    agencies: tuple[str, ...]
    date: tuple[int, int] | None
    """Month and day of the dateline."""
    stamp: tuple[int, int] | None


class Page(NamedTuple):
    """A composed page."""

    layout: str
    text: str
    items: tuple[Item, ...]
    captured: dt.datetime
    """When it was captured; its stamps agree with it."""


class Head(NamedTuple):
    """A dateline as written, and what it says."""

    text: str
    places: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    date: tuple[int, int] | None = None


class Composer:
    """Writes one page."""

    def __init__(self, seed: int, *, hard: bool, captured: dt.datetime | None = None) -> None:
        """Args:
        seed: of what is chosen by chance.
        hard: whether there is what goes wrong.
        captured: when the page was captured, where it is one of a long row of pages: so that no two of their items
            are the same by chance.
        """
        self.random = random.Random(seed)  # noqa: S311 - the same page for the same seed, no secret
        self.hard, self.in_row = hard, captured is not None
        self.text = ""
        self.items: list[Item] = []
        self.capture = captured or dt.datetime(2026, 1, 31, 20, 5, tzinfo=dt.UTC) - dt.timedelta(
            minutes=self.random.randrange(600_000)
        )
        self.mixed_case = hard and self.random.random() < 0.2

    def maybe(self, share: float) -> bool:
        """True for that share of hard pages, never for easy ones."""
        return self.hard and self.random.random() < share

    def put(self, text: str) -> tuple[int, int]:
        """Write; give the span."""
        start = len(self.text)
        self.text += text
        return start, len(self.text)

    def page(self, layout: str) -> Page:
        """Compose a page in a layout."""
        layouts = {
            "A": self._a,
            "B": self._b,
            "C": self._c,
            "C2": self._c2,
            "D": self._d,
            "E": self._e,
            "W": self._wire,
        }
        layouts[layout]()
        return Page(layout, self.text, tuple(self.items), self.capture)

    # what stands in items

    def sentence(self, language: str = "nl") -> str:
        """One sentence."""
        pool = words.SENTENCES[language]
        return " ".join(self.random.choice(part) for part in pool) + "."

    def body(self, language: str = "nl", *, short: bool = False) -> str:
        """A paragraph."""
        least = 2 if self.in_row else 1
        parts = [self.sentence(language) for _ in range(self.random.randint(least, 4 if short else 6))]
        if language == "nl" and self.maybe(0.4):
            parts.insert(self.random.randint(0, len(parts)), self.random.choice(words.words("distractions")))
        if parts[-1][-1].isalpha():
            parts[-1] += "."
        if self.maybe(0.1):
            parts[-1] = f'"{parts[-1]}"'
        return " ".join(parts)

    def title(self) -> str:
        """A title."""
        if self.maybe(0.15):
            return self.random.choice(words.words("hard_titles"))
        title = " ".join(self.random.choice(part) for part in words.SENTENCES["titles"])
        return f"{title} bij {self._name()}" if self.in_row else title

    def _name(self) -> str:
        """A name that means nothing, of 24 million."""
        return "".join(self.random.choice("bdfgklmnprstvz") + self.random.choice("aeiou") for _ in range(4)).title()

    def place(self, *, capitals: bool = True) -> str:
        """The name of a place, in capitals as datelines have it."""
        name = self.random.choice(words.words("hard_places") if self.maybe(0.5) else words.words("places"))
        return name.upper() if capitals else name

    def head(self) -> Head:
        """A dateline of a Dutch page."""
        if not self.hard:
            return self._plain_head()
        return self._weighted(
            (50, self._plain_head),
            (8, self._several_places),
            (6, self._lower),
            (6, self._region),
            (6, self._dated),
            (5, lambda: self._no_credit(capitals=True)),
            (3, lambda: self._no_credit(capitals=False)),
            (3, self._unknown_agency),
            (3, self._own_staff),
            (3, lambda: Head("ANP - ", (), ("ANP",))),
            (7, lambda: self._foreign()[0]),
            (4, lambda: Head("")),
        )

    def _weighted(self, *choices: tuple[int, Callable[[], Head]]) -> Head:
        return self.random.choices([c for _, c in choices], [w for w, _ in choices])[0]()

    def _credit(self) -> tuple[str, tuple[str, ...]]:
        partners = self.random.sample(words.PARTNERS, self.random.choice((0, 0, 0, 1, 1, 2)))
        named = [("ANP", "ANP"), *partners]
        if self.maybe(0.2):
            self.random.shuffle(named)
        return "/".join(written for written, _ in named), tuple(code for _, code in named)

    def _dash(self) -> str:
        return self.random.choice((" - ", " - ", " – ", " — ")) if self.hard else " - "

    def _plain_head(self) -> Head:
        place = self.place(capitals=not self.mixed_case)
        credit, codes = self._credit()
        return Head(f"{place} ({credit}){self._dash()}", (place,), codes)

    def _several_places(self) -> Head:
        places = tuple(self.place() for _ in range(self.random.randint(2, 3)))
        credit, codes = self._credit()
        between = self.random.choice(("/", "/", "/", " / "))
        return Head(f"{between.join(places)} ({credit}){self._dash()}", places, codes)

    def _lower(self) -> Head:
        place = self.place(capitals=False)
        place = self.random.choice((place, place.lower()))
        credit, codes = self._credit()
        return Head(f"{place} ({credit.lower()}){self._dash()}", (place,), codes)

    def _region(self) -> Head:
        place, region = self.place(), self.random.choice(words.words("regions"))
        credit, codes = self._credit()
        return Head(f"{place}, {region} ({credit}){self._dash()}", (place,), codes)

    def _dated(self) -> Head:
        place, day = self.place(), self.capture.date()
        credit, codes = self._credit()
        written = self.random.choice(
            (
                f"{day.day} {words.MONTHS['nl'][day.month - 1]}",
                f"{day.day} {words.MONTHS['NL'][day.month - 1]} {day.year}",
            )
        )
        return Head(f"{place}, {written} ({credit}){self._dash()}", (place,), codes, (day.month, day.day))

    def _no_credit(self, *, capitals: bool) -> Head:
        place = self.place() if capitals else self.random.choice(words.words("places"))
        return Head(f"{place}{self._dash()}", (place,))

    def _unknown_agency(self) -> Head:
        place = self.place()
        return Head(f"{place} (ANP/ZQX){self._dash()}", (place,), ("ANP", "ZQX"))

    def _own_staff(self) -> Head:
        place = self.place()
        return Head(f"{place} ({self.random.choice(words.words('own_staff'))}) - ", (place,), ("OWN",))

    def _foreign(self) -> tuple[Head, str]:
        form, language, agencies = self.random.choice(words.WIRES)
        day = self.capture.date()
        place = self.place(capitals=False)
        fields = {
            "P": place.upper(),
            "p": place,
            "R": self.random.choice(words.words("regions")),
            "d": str(day.day),
            "m": words.MONTHS[language][day.month - 1],
            "M": words.MONTHS[language][day.month - 1],
            "y": str(day.year),
        }
        text = _fill(form, fields)
        written = fields["p"] if form.startswith("p") else fields["P"]
        date = (day.month, day.day) if " d" in form else None
        return Head(text, (written,), tuple(agencies), date), language.lower()

    # layouts

    def item(self, head: Head, body: str, title: tuple[int, int] | None = None) -> None:
        """Write dateline and body; the stamp comes with `stamp`."""
        start, _ = self.put(head.text)
        _, end = self.put(body)
        self.items.append(Item((start, end), title, head.places, head.agencies, head.date, None))

    def stamp(self, written: str) -> None:
        """Write the stamp of the last item."""
        self.items[-1] = self.items[-1]._replace(stamp=self.put(written))

    def _stamps(self, n: int) -> list[str]:
        return stamps.ordered(self.random, n, self.capture, hard=self.hard)

    def _lead(self, separator: str) -> None:
        title = self.title()
        span = self.put(title)
        self.put(separator)
        byline = self.random.choice(words.words("bylines")) if self.maybe(0.1) else ""
        self.put(byline + separator if byline else "")
        paragraphs = [self.body(short=True) for _ in range(self.random.randint(1, 4))]
        if self.maybe(0.3):
            paragraphs.append(self.random.choice(words.words("distractions")[:9]))
        head = self.head() if not self.maybe(0.05) else Head("")
        own = ("OWN",) if "onze" in byline and head.agencies != ("OWN",) else ()
        self.item(head._replace(agencies=own + head.agencies), separator.join(paragraphs), span)

    def _a(self) -> None:
        self._lead("\n")
        self.put(f"\nMeer uit {self.random.choice(words.words('sections'))}\n")
        for written in self._stamps(self.random.randint(2, 8)):
            self.item(self.head(), self.body(short=True))
            self.put("\n")
            self.stamp(written)
            if self.maybe(0.15):
                self.put("\n")
        if self.random.random() < 0.5:
            self.put("\n")

    def _b(self) -> None:
        for line in self.random.sample(words.words("boilerplate"), self.random.randint(1, 3)):
            self.put(line + "\n")
        at = len(self.text)
        self._lead("\n\n")
        title = self.items[-1].title
        assert title is not None
        again = self.text[title[0] : title[1]] + "\n"
        self.text = self.text[:at] + again + self.text[at:]
        self.items[-1] = _moved(self.items[-1], len(again))
        self.put(f"\n\nMeer uit {self.random.choice(words.words('sections'))}\n\n")
        for written in self._stamps(self.random.randint(2, 8)):
            span = self.put(self.title())
            self.put("\n\n" if not self.maybe(0.3) else "\n")
            self.item(self.head(), self.body(short=True), span)
            self.put("\n\n")
            self.stamp(written)
            self.put("\n\n")

    def _c(self) -> None:
        day = self.capture.date()
        names = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
        self.put(f"{names[day.weekday()]} {day.day} {words.MONTHS['NL'][day.month - 1]} {day.year}\n")
        self.put(f"Editie {self.random.choice(('Nederland', 'Noord', 'Zuid-Holland'))}\n")
        self.put(self.random.choice(words.words("sections")) + "\n")
        for written in self._stamps(self.random.randint(3, 9)):
            self.put(self.random.choice(("ANP ", "ANP ", "AFP ", "")) if self.hard else "ANP ")
            span = self.put(self.title())
            self.put("\n")
            self.item(self.head() if self.maybe(0.3) else Head(""), self.body(short=True), span)
            self.put("\n")
            self.stamp(written)
            self.put("\n")

    def _c2(self) -> None:
        self.put("Net binnen\n")
        clock = self.capture
        for _ in range(self.random.randint(2, 6)):
            clock -= dt.timedelta(minutes=self.random.randint(3, 200))
            start, _ = self.put(self.random.choice(("- ", "- ", "• ")) if self.hard else "- ")
            self.put(self.random.choice(words.words("sections")) + " ")
            stamp = self.put(f"{clock:%H:%M}")
            self.put(" ")
            title = self.put(self.title())
            self.items.append(Item((start, len(self.text)), title, (), (), None, stamp))
            self.put("\n")
        is_glued_before = self.random.random() < 0.5
        for written in self._stamps(self.random.randint(2, 7)):
            self.item(self._no_credit(capitals=not self.mixed_case), self.body(short=True))
            self.put("\n" if is_glued_before else "")
            self.stamp(written)
            self.put("" if is_glued_before else "\n")

    def _d(self) -> None:
        self.put(f"Meer uit {self.random.choice(words.words('sections'))}\n")
        for written in self._stamps(self.random.randint(2, 7)):
            stamp = self.put(written)
            self.put("\n")
            title = self.put(self.title())
            self.put("\n")
            self.item(self.head(), self.body(short=True), title)
            self.put("\n")
            self.items[-1] = self.items[-1]._replace(stamp=stamp)

    def _e(self) -> None:
        self.put(f"Meer uit {self.random.choice(words.words('sections'))}\n")
        for written in self._stamps(self.random.randint(2, 7)):
            title = self.put(self.title())
            self.put("\n")
            stamp = self.put(written)
            self.put("\n")
            self.item(self.head(), self.body(short=True), title)
            self.put("\n")
            self.items[-1] = self.items[-1]._replace(stamp=stamp)

    def _wire(self) -> None:
        head, language = self._foreign()
        title = self.put(self.title() if not self.hard else self.title().upper())
        self.put("\n")
        if self.maybe(0.1):
            self.put(self.random.choice(words.words("notices")) + "\n")
        paragraphs = [self.body(language, short=True) for _ in range(self.random.randint(2, 5))]
        if self.maybe(0.2):  # as wires were printed
            if self.maybe(0.3) and set(head.agencies) <= {"RTR"}:
                self.put("By Ann Lee, Reuters\n")
                head = head._replace(agencies=("RTR",))
            self.put("    ")
            paragraphs = [textwrap.fill(p, 64, initial_indent="    ").lstrip() for p in paragraphs]
        elif self.maybe(0.1):
            head = Head("Wien/Linz – ", ("Wien", "Linz"), ("APA", "DPA"))
            paragraphs[-1] += " (APA, dpa, 1.2.2015)"
        self.item(head, "\n".join(paragraphs), title)


def _moved(item: Item, by: int) -> Item:
    assert item.title is not None
    return item._replace(span=(item.span[0] + by, item.span[1] + by), title=(item.title[0] + by, item.title[1] + by))


def _fill(form: str, fields: dict[str, str]) -> str:
    """Put the fields in the place of single letters; letters of agencies' names stay."""
    parts = []
    for i, char in enumerate(form):
        before, after = form[i - 1 : i], form[i + 1 : i + 2]
        stands_alone = not before.isalpha() and not after.isalpha()
        parts.append(fields[char] if stands_alone and char in fields else char)
    return "".join(parts)


def pages(n: int, *, hard: bool, layouts: tuple[str, ...] = LAYOUTS, seed: int = 0) -> list[Page]:
    """Compose n pages, the layouts in turn."""
    return [Composer(seed * 1_000_003 + i, hard=hard).page(layouts[i % len(layouts)]) for i in range(n)]
