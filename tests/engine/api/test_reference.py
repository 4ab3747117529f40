"""The page at /docs: all of the document, and nothing from elsewhere."""

import re
from html.parser import HTMLParser

from engine.api.openapi import make_document
from engine.api.reference import render
from engine.api.table import routes

DOCUMENT = make_document(routes)
PAGE = render(DOCUMENT)

VOID = {"meta"}


class Structure(HTMLParser):
    """Follows the tags of a page and notes what it holds."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        attributes = dict(attrs)
        if (name := attributes.get("id")) is not None:
            self.ids.append(name)
        if (link := attributes.get("href")) is not None:
            self.links.append(link)
        assert not {"src", "style", "onclick"} & set(attributes)
        if tag not in VOID and tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parsed() -> Structure:
    structure = Structure()
    structure.feed(PAGE)
    structure.close()
    return structure


def test_the_page_is_well_formed_and_has_no_script() -> None:
    structure = parsed()
    assert structure.open == []
    assert not structure.tags & {"script", "link", "img", "iframe", "object", "form"}


def test_the_page_loads_nothing_from_elsewhere() -> None:
    assert "url(" not in PAGE
    assert "@import" not in PAGE
    assert {link for link in parsed().links if not link.startswith("#")} == {"/openapi.json"}


def test_every_link_leads_to_a_place_on_the_page() -> None:
    structure = parsed()
    assert len(structure.ids) == len(set(structure.ids))
    assert {link[1:] for link in structure.links if link.startswith("#")} <= set(structure.ids)


def test_every_operation_and_type_is_on_the_page() -> None:
    operations = {route.operation for route in routes if route.documented}
    types = {f"type-{name}" for name in DOCUMENT["components"]["schemas"]}
    assert operations | types <= set(parsed().ids)


def test_every_operation_has_its_curl() -> None:
    documented = [route for route in routes if route.documented]
    assert len(re.findall(r"<pre>curl ", PAGE)) == len(documented)


def test_the_curl_of_a_command_can_be_pasted() -> None:
    curl = (
        "curl -X POST http://127.0.0.1:8080/v1/charge-points/ESP32_Charger/commands/"
        "RemoteStartTransaction \\\n"
        "  -H &quot;Authorization: Bearer $VOLTRULE_TOKEN&quot; \\\n"
        "  -H &#x27;Content-Type: application/json&#x27; \\\n"
        "  -d &#x27;{&quot;connectorId&quot;: 1, &quot;idTag&quot;: &quot;RandomToken&quot;}&#x27;"
    )
    assert curl in PAGE
