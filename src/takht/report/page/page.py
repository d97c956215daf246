"""The page: a template filled in, its scripts named in a policy that forbids everything else."""

import base64
import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import vl_convert
from markupsafe import Markup

from takht.text import names
from takht.text.clock import format_clock

# Without the snippet, the bundle would also put Vega and Vega-Lite within reach of other scripts.
_SNIPPET = "window.vegaEmbed = vegaEmbed;"


@cache
def vega() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script."""
    return escape_script(str(vl_convert.javascript_bundle(_SNIPPET)))


def escape_script(source: str) -> str:
    """Return JavaScript that can stand within a script element, and does the same there.

    Only strings and regular expressions hold such text, and in both `\\x3C` means `<`.
    """
    return re.sub(r"<(?=/?script|!--)", r"\\x3C", source, flags=re.IGNORECASE)


def embed_data(values: Any) -> Markup:
    """Return values as JSON in which nothing can end the element that it stands in."""
    text = json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)


def content_policy(scripts: list[str]) -> str:
    """Return a Content-Security-Policy: these scripts, files beside the page, and nothing else."""
    hashes = (hashlib.sha256(script.encode()).digest() for script in scripts)
    allowed = " ".join(f"'sha256-{base64.b64encode(each).decode()}'" for each in hashes)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'"
    )


def guess_language(text: str) -> str:
    """Return "ar" for text with an Arabic letter, else "en": what a voice should read it as."""
    arabic = any(unicodedata.name(letter, "").startswith("ARABIC") for letter in text)
    return "ar" if arabic else "en"


def render_page(folder: Path, context: Mapping[str, Any], charts: Mapping[str, Any]) -> str:
    """Return the page that the folder's template, style sheet and two scripts make."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder, encoding="utf-8"),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "share": format_share,
        "decimals": format_decimals,
        "clock": format_clock,
        "language": guess_language,
        "visible": names.escape,
        "json": embed_data,
    }
    own = [(folder / name).read_text(encoding="utf-8") for name in ("charts.js", "recordings.js")]
    scripts = [vega(), *map(escape_script, own)]
    return environment.get_template("index.html.jinja").render(
        context,
        policy=content_policy(scripts),
        scripts=[Markup(script) for script in scripts],
        style=Markup((folder / "style.css").read_text(encoding="utf-8")),
        charts=embed_data(charts),
    )


def format_share(value: float) -> str:
    """Return a share with three decimals."""
    return f"{value:.3f}"


def format_decimals(value: float, digits: int) -> str:
    """Return a number with so many decimals, thousands apart."""
    return f"{value:,.{digits}f}"
