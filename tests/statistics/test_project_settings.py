"""`millstream.toml`."""

from __future__ import annotations

from pathlib import Path

import pytest

from millstream.errors import UsageError
from millstream.settings import read_settings


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", 10**9), ("[files]", 10**9), ("files.keep_up_to = 0", 0), ('files.keep_up_to = "1.5 GB"', 1_500_000_000),
        ('files.keep_up_to = "500mb"', 500_000_000), ('files.keep_up_to = "1 KiB"', 1024), ("files.keep_up_to = 7", 7),
    ],
)  # fmt: skip
def test_a_size_is_a_number_of_bytes_or_has_a_unit(tmp_path: Path, text: str, size: int) -> None:
    """In any case of letters."""
    (tmp_path / "millstream.toml").write_text(text)
    assert read_settings(tmp_path).keep_up_to == size


def test_a_project_needs_no_settings(tmp_path: Path) -> None:
    """There are defaults."""
    assert read_settings(tmp_path).keep_up_to == 10**9


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("files.keep_up_to = -1", "is no size: -1"),
        ("files.keep_up_to = true", "is no size: True"),
        ('files.keep_up_to = "much"', "is no size: 'much'"),
        ("files.keep = 1", "'files.keep'"),
        ("file.keep_up_to = 1", "'file'"),
        ("files = 1", "'files'"),
        ("files.", "cannot be read"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, said: str) -> None:
    """A setting that does nothing would be believed to do something."""
    (tmp_path / "millstream.toml").write_text(text)
    with pytest.raises(UsageError, match=said) as caught:
        read_settings(tmp_path)
    assert str(tmp_path / "millstream.toml") in caught.value.message
    assert caught.value.hint
