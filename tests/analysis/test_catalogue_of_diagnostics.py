"""The catalogue: a complete page for every code, and excerpts that point at the place."""

import pytest

from millstream import errors
from millstream.diagnostics import catalogue, excerpt, explain, page
from millstream.errors import NotFoundError


@pytest.mark.parametrize("code", catalogue())
def test_every_page_has_its_parts(code):
    found = page(code)
    assert found.code == code
    assert found.severity in {"error", "warning", "hint"}
    assert all(part in found.text for part in ("## Why", "## Example", "## Fix"))


@pytest.mark.parametrize("name", errors.__all__)
def test_every_error_has_a_page(name):
    assert getattr(errors, name).code in catalogue()


def test_explain_takes_a_code_in_any_case():
    assert explain("ms101").startswith("# MS101: ")


@pytest.mark.parametrize("code", ["MS999", "", "x", "../MS101", "MS101.md"])
def test_unknown_codes_name_the_nearest(code):
    with pytest.raises(NotFoundError) as caught:
        explain(code)
    assert "MS" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("source", "line", "column", "expected"),
    [
        ("a\nb = c", 2, 4, "b = c\n    ^"),
        ("a", 1, None, "a"),
        ("a", 3, 0, ""),
        ("a", None, 0, ""),
        ("\tx", 1, 1, "\tx\n\t^"),
        ("名 = x", 1, 4, "名 = x\n     ^"),
        ("a", 1, 99, "a\n ^"),
        ("", 1, 0, "\n^"),
        ("x\x1b[31m", 1, 0, "x\ufffd[31m\n^"),
    ],
)
def test_excerpt(source, line, column, expected):
    assert excerpt(source, line, column) == expected


def test_long_lines_are_cut_around_the_place():
    text, caret = excerpt("a" * 500 + "X" + "b" * 500, 1, 500).split("\n")
    assert len(text) <= 122
    assert text[caret.index("^")] == "X"
