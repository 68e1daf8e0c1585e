"""A student's Markdown on a page: it can be read, and nothing of it runs, loads or leads elsewhere."""

from __future__ import annotations

from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from classroom import LINKS
from hypothesis import given
from hypothesis import strategies as st

from grader.nbgrader.markdown import TAGS, clean, html_of

SCHEMES = ("http", "https", "mailto")
PASTED = {"a.png": {"image/png": "aGk="}}
BAD = [
    "javascript:alert(1)",
    "data:text/html,<script>1</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:x",
]
SPELLINGS = [
    "{}", " {}", "\t{}", "\x01{}", "\u00a0{}", "&#x09;{}", "&Tab;{}", "&#{first};{rest}", "&#x{hex};{rest}",
    "{upper}", "{first_letter}\t{rest}", "{first_letter}&NewLine;{rest}", "{first_letter}\n{rest}", "{colon}",
    "%6a{rest}", "//{}", "x:{}",
]  # fmt: skip
PLACES = [
    "[a]({})", "[a](<{}>)", '[a]({} "title")', "[a][r]\n\n[r]: {}", "[a]\n\n[a]: <{}>", "<{}>", "![a]({})",
    "![a][r]\n\n[r]: {}", "[![a]({})]({})", '<a href="{}">a</a>', "<a href={}>a</a>", '<img src="{}">',
    '<svg><a xlink:href="{}"><text>a</text></a></svg>', '<form action="{}"><b>a</b></form>',
    '<button formaction="{}">a</button>', '<iframe src="{}"></iframe>', '<object data="{}"></object>',
    '<math href="{}">a</math>', '<base href="{}">', '<b style="background:url({})">a</b>',
    '<table background="{}"><tr><td>a</td></tr></table>', '<meta http-equiv="refresh" content="0;url={}">',
    '<link rel="stylesheet" href="{}">', "| a |\n|---|\n| [a]({}) |", "> [a]({})",
    "$\\href{{{}}}{{a}}$", "\\\\(\\href{{{}}}{{a}}\\\\)", "$$\\hr&#101;f{{{}}}{{a}}$$",
]  # fmt: skip


def spelt(spelling: str, url: str) -> str:
    first, rest = url[0], url[1:]
    return spelling.format(
        url, first=ord(first), hex=f"{ord(first):x}", rest=rest, first_letter=first, upper=url.upper(),
        colon=url.replace(":", "&colon;"),
    )  # fmt: skip


def harm(html: str) -> list[str]:
    """Return what a browser would run, load or follow of a page's part, but links that may be."""
    page = BeautifulSoup(html, "html.parser")
    found = [tag.name for tag in page.find_all() if tag.name not in TAGS]
    for tag in page.find_all():
        for name, value in tag.attrs.items():
            text = " ".join(value) if isinstance(value, list) else str(value)
            if name == "href":
                fine = tag.name == "a" and (
                    text[:1] == "#" or urlsplit(text).scheme in ("http", "https", "mailto")
                )
            elif name == "src":
                fine = text.startswith("data:image/png;base64,")
            elif name == "style":
                fine = text in ("text-align:left;", "text-align:center;", "text-align:right;")
            else:
                fine = name in ("alt", "class", "id", "rel", "start", "title")
            found += [] if fine else [f"{tag.name} {name}={text}"]
    return found + [word for word in ("\\href", "\\style") if word in page.get_text()]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("url", BAD)
def test_no_bad_address_stays(place: str, url: str) -> None:
    for spelling in SPELLINGS:
        text = place.replace("{}", spelt(spelling, url)).replace("{{", "{").replace("}}", "}")
        assert harm(html_of(text, PASTED)) == [], text
        assert harm(clean(text)) == [], text  # where no Markdown is rendered first


def test_good_addresses_stay() -> None:
    text = "[a](https://u.example/a?b=1&c=2#d) [b](HTTP://u.example) <ada@u.example> https://v.example"
    links = [str(a["href"]) for a in BeautifulSoup(html_of(text, {}), "html.parser").find_all("a")]
    expected = [
        "https://u.example/a?b=1&c=2#d",
        "HTTP://u.example",
        "mailto:ada@u.example",
        "https://v.example",
    ]
    assert links == expected


def test_a_picture_from_elsewhere_becomes_a_link_with_its_words() -> None:
    page = BeautifulSoup(html_of('![a "cat" & 1 < 2](http://t.example/c.png)', {}), "html.parser")
    (link,) = page.find_all("a")
    assert (link["href"], link.text, page.img) == ("http://t.example/c.png", 'a "cat" & 1 < 2', None)
    bare = BeautifulSoup(html_of("![](http://t.example/c.png)", {}), "html.parser")
    assert bare.a is not None and bare.a.text == "http://t.example/c.png"


def test_a_pasted_picture_stays_and_a_lost_one_is_said() -> None:
    assert 'src="data:image/png;base64,aGk="' in html_of("![a](attachment:a.png)", PASTED)
    assert "[the picture a cat is missing]" in html_of("![a cat](attachment:b.png)", PASTED)


def test_a_place_in_a_text_is_no_place_of_the_page() -> None:
    page = BeautifulSoup(html_of("# check_mean\n\n[up](#check_mean)", {}), "html.parser")
    assert page.h1 is not None and page.h1["id"] == "text-check_mean"
    assert {str(a["href"]) for a in page.find_all("a")} == {"#text-check_mean"}


@pytest.mark.parametrize(
    "parted", ["\\hr<a>ef</a>", "\\hr[ef](javascript:1)", "\\hr![ef](x)", "\\<!-- -->href"]
)
def test_what_is_one_text_in_a_browser_is_looked_at_as_one(parted: str) -> None:
    assert harm(html_of(parted + "{javascript:1}{a}", {})) == []
    assert harm(clean(parted + "{javascript:1}{a}")) == []


def test_what_text_needs_stays() -> None:
    text = "| a | b |\n|---|:-:|\n| *1* | **2** |\n\n1. one\n   - two\n\n> said\n\n"
    text += "```python\ndef f(): pass\n```\n"
    page = BeautifulSoup(html_of(text + "\n~~no~~ `code` $a < b$ $$\\frac{1}{2}$$ \\$5", {}), "html.parser")
    for kind in ("table", "em", "strong", "ol", "ul", "blockquote", "pre", "del", "code"):
        assert page.find(kind), kind
    assert page.select("td")[1]["style"] == "text-align:center;" and page.select("span.k")
    assert "$a < b$" in page.get_text() and "$$\\frac{1}{2}$$" in page.get_text()


@pytest.mark.parametrize("text", ["[" * 5000, ">" * 5000, "*a " * 5000, "<b>" * 5000, "\0", "- " * 5000])
def test_no_text_ends_a_page(text: str) -> None:
    assert harm(html_of(text, {})) == []


def test_text_that_cannot_be_rendered_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> str:
        raise RecursionError

    monkeypatch.setattr("grader.nbgrader.markdown.Parser.render", fail)
    assert html_of("<b> & [a](javascript:1)", {}) == "<pre>&lt;b&gt; &amp; [a](javascript:1)</pre>"


def test_all_at_once() -> None:
    html = html_of(LINKS, {})
    assert harm(html) == [] and "sum_i x_i" in unescape(html)


@given(st.text("[](){}<>!#&;:\"'`\\$/ \n\tajavscriptdthefo1", max_size=80))
def test_no_text_does_harm(text: str) -> None:
    assert harm(html_of(text, PASTED)) == []
