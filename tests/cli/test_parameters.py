"""Parameters of a call: `-p NAME VALUE` as papermill reads it, `-f FILE` with mistakes named by line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from millstream.cli.parameters import gather, read_file, scalar
from millstream.errors import NotFoundError, UsageError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2", 2),
        ("-3", -3),
        ("0.25", 0.25),
        ("1e-3", 0.001),
        ("True", True),
        ("False", False),
        ("None", None),
        ("false", False),
        ("null", None),
        ("abc", "abc"),
        ("", ""),
        ("2013-01-02", "2013-01-02"),
        ("[1, 2]", "[1, 2]"),
    ],
)
def test_a_value_is_read_as_papermill_reads_it(text: str, value: object) -> None:
    """Numbers, True, False, None, else the text as it stands."""
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


@pytest.mark.parametrize("text", ["1", "-1.5", "1e9", "nan", "True", "None", "x y", "007", "1_000", " 3"])
def test_papermill_agrees(text: str) -> None:
    """The same `-p` must mean the same for the pipeline and for papermill on its steps."""
    from papermill.cli import _resolve_type

    assert repr(scalar(text)) == repr(_resolve_type(text))


def test_what_is_given_one_by_one_goes_before_the_file(tmp_path: Path) -> None:
    """A file holds the usual values, the call what is different today."""
    file = tmp_path / "params.yaml"
    file.write_text("month: 1\nshare: 0.2\n")
    assert gather(str(file), [("month", "2")]) == {"month": 2, "share": 0.2}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("# nothing\n", {}),
        ("rate: 1e-3", {"rate": 0.001}),
        ("day: 2013-01-02", {"day": "2013-01-02"}),
        ("grid: {depth: [3, 5]}", {"grid": {"depth": [3, 5]}}),
        ("name: größe", {"name": "größe"}),
    ],
)
def test_yaml_means_what_it_looks_like(tmp_path: Path, text: str, expected: dict[str, Any]) -> None:
    """1e-3 is a number, a date stays text, lists and mappings are allowed."""
    file = tmp_path / "params.yaml"
    file.write_text(text, encoding="utf-8")
    assert read_file(file) == expected


def test_json_is_read_too(tmp_path: Path) -> None:
    """What `--json` prints can be given back."""
    file = tmp_path / "params.json"
    file.write_text('{\t"month": 2}')
    assert read_file(file) == {"month": 2}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- month\n", "list"),
        ("month", "text"),
        ("month: 1\nshare: [0.2\n", "params.yaml:3:1"),
        ("month: 1\nmonth: 2\n", "params.yaml:2:1"),
        ("1: 2", "1"),
        ("x: !!python/object/apply:os.system [id]", "params.yaml:1:4"),
        ("? [a]\n: 1", "params.yaml:1:3"),
        ("a: \x00", "params.yaml"),
    ],
)
def test_a_file_that_is_no_mapping_of_names_says_where_and_why(tmp_path: Path, text: str, told: str) -> None:
    """File and line are in the message, and what to write instead in the hint."""
    file = tmp_path / "params.yaml"
    file.write_text(text)
    with pytest.raises(UsageError) as caught:
        read_file(file)
    assert told in caught.value.message
    assert "params.yaml" in caught.value.message
    assert caught.value.hint


def test_bad_json_says_where(tmp_path: Path) -> None:
    """Line and column as Python's reader counts them."""
    file = tmp_path / "params.json"
    file.write_text('{"month": 2,}')
    with pytest.raises(UsageError, match="line 1 column"):
        read_file(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """Not found is its own kind of error."""
    with pytest.raises(NotFoundError, match=r"nowhere\.yaml"):
        read_file(tmp_path / "nowhere.yaml")


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    """A notebook given as parameters by mistake, a picture, anything."""
    file = tmp_path / "params.yaml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="UTF-8"):
        read_file(file)
