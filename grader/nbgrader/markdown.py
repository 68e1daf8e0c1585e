"""Markdown on nbgrader's pages: a student's text can be read there, and does nothing.

nbconvert renders it, bleach keeps the elements and attributes that text needs,
and what is left to do is done on the parsed result. A link leads to `http`,
`https`, `mailto` or a place in the page; a picture that lies elsewhere becomes
a link, as loading it would tell its owner who looks, and when; mathematics is
drawn, and neither links nor is styled.

`grader.nbgrader.configure` names `to_html` as the filter by which the pages of
feedback and formgrader render Markdown.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

import bleach
from bleach.css_sanitizer import CSSSanitizer
from bs4 import BeautifulSoup
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.filters.markdown_mistune import InvalidNotebook, IPythonRenderer, MarkdownWithMath

TAGS = frozenset(
    "a abbr b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li ol p pre s"
    " small span strong sub summary sup table tbody td th thead tr ul".split()
)
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
LINK = re.compile(r"https?://|mailto:|#", re.IGNORECASE)
REMOTE = re.compile(r"https?://", re.IGNORECASE)
PASTED = re.compile(r"data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*")
# What Pygments and nbconvert call the parts of code; no other class, as a page's own have a meaning.
CLASSES = {
    "a": re.compile("anchor-link"),
    "code": re.compile(r"language-[\w.+#-]+"),
    "div": re.compile("highlight"),
    "span": re.compile("[a-z][a-z0-9]{0,2}"),
}
# Of MathJax' macros, those that link, style, name, or load something.
MACRO = re.compile(
    r"\\(?=(?:href|url|class|cssId|style|data|bbox|mmlToken|require|includegraphics)(?![A-Za-z]))"
)
OURS = "text-"  # before each place in a text, so that none is a place of the page


class Parser(MarkdownWithMath):
    """nbconvert's parser, but for boxes to be ticked."""

    DEFAULT_PLUGINS = ("strikethrough", "table", "url", "def_list")  # type: ignore[assignment]


class Renderer(IPythonRenderer):
    """nbconvert's renderer, which says that a pasted picture is missing rather than give up."""

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Render a picture."""
        try:
            return str(super().image(text, url, title))
        except InvalidNotebook:
            return f"[the picture {escape(text or url)} is missing]"


@pass_context
def to_html(context: Context, source: str) -> str:
    """Render the text of a cell, or a person's comment on it, on a page."""
    cell: Any = context.get("cell", {})
    return html_of(source, cell.get("attachments", {}))


def html_of(source: str, attachments: dict[str, dict[str, str]]) -> str:
    """Return Markdown as clean HTML; what cannot be rendered is shown as it is."""
    try:
        renderer = Renderer(escape=False, attachments=attachments)
        return clean(Parser(renderer).render(source))
    except Exception:  # text that was made to can raise nearly anything, and is one page of a class'
        return f"<pre>{escape(source)}</pre>"


def clean(html: str) -> str:
    """Return HTML of which nothing runs, loads or leads where it should not."""
    kept = bleach.clean(
        html,
        tags=TAGS,
        attributes=_allowed,
        protocols=["http", "https", "mailto", "data"],  # `data` for what `_allowed` lets through
        css_sanitizer=CSSSanitizer(allowed_css_properties=["text-align"]),
    )
    page = BeautifulSoup(kept, "html.parser")
    for image in page.find_all("img"):
        _replace_remote(page, image)
    for place in page.find_all(id=True):
        place["id"] = OURS + str(place["id"])
    for link in page.find_all("a"):
        target = str(link.get("href", ""))
        if target.startswith("#"):
            link["href"] = f"#{OURS}{target[1:]}"
        elif target:
            link["rel"] = "noopener noreferrer"
        else:
            link.unwrap()
    page.smooth()  # what an element parted is one text in a browser
    for text in page.find_all(string=MACRO):
        text.replace_with(MACRO.sub("", str(text)))
    return str(page)


def _replace_remote(page: BeautifulSoup, image: Any) -> None:
    """Put a link, or words, in the place of a picture that was not pasted."""
    source, words = str(image.get("src", "")), str(image.get("alt", ""))
    if PASTED.fullmatch(source):
        return
    if not REMOTE.match(source):
        image.replace_with(words or "[a picture]")
    elif image.find_parent("a"):
        image.replace_with(words or source)
    else:
        link = page.new_tag("a", href=source)
        link.string = words or source
        image.replace_with(link)


def _allowed(tag: str, name: str, value: str) -> bool:
    """Tell whether an element keeps an attribute; bleach looks at addresses and styles besides."""
    if name == "href":
        return tag == "a" and LINK.match(value) is not None
    if name == "src":
        return tag == "img" and (REMOTE.match(value) or PASTED.fullmatch(value)) is not None
    if name == "class":
        return tag in CLASSES and CLASSES[tag].fullmatch(value) is not None
    if name == "id":
        return tag in HEADINGS
    if name == "style":
        return tag in ("td", "th")
    return name == "title" or (tag, name) in (("img", "alt"), ("ol", "start"), ("details", "open"))
