"""Reading .ipynb files: what is in them, and one sentence for every way in which they can be wrong."""

import json
import subprocess
import sys

import pytest

from millstream.errors import NotebookError, NotFoundError
from millstream.notebook import parse, read


def notebook(*cells, **metadata):
    return json.dumps({"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def code(source, **more):
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None} | more


def failure(text):
    with pytest.raises(NotebookError) as caught:
        parse(text, "a.ipynb")
    assert "a.ipynb" in caught.value.message
    assert caught.value.hint
    return caught.value.message


def test_cells_keep_their_place_among_all_cells():
    """A cell's index counts text cells too, as people count them."""
    found = parse(notebook({"cell_type": "markdown", "metadata": {}, "source": "# A"}, code("x = 1", id="c1")))
    assert [(c.index, c.kind, c.source, c.id) for c in found.cells] == [
        (0, "markdown", "# A", None),
        (1, "code", "x = 1", "c1"),
    ]


def test_source_may_be_a_list_of_lines():
    assert parse(notebook(code(["x = 1\n", "y = 2"]))).cells[0].source == "x = 1\ny = 2"


@pytest.mark.parametrize(
    ("tags", "kept"),
    [
        (["step:load", "volatile"], ("step:load", "volatile")),
        (["a", "a", " b "], ("a", "b")),
        (["a", 3, None, ["b"], ""], ("a",)),
        ("step:load", ()),
        (None, ()),
        ({"a": 1}, ()),
    ],
)
def test_tags_that_are_no_text_are_no_tags(tags, kept):
    """Other tools write odd metadata; it never makes a notebook fail."""
    assert parse(notebook(code("", metadata={"tags": tags}))).cells[0].tags == kept


def test_language_and_kernel():
    found = parse(notebook(kernelspec={"name": "conda-root-py", "language": "Python"}))
    assert (found.kernel, found.language) == ("conda-root-py", "python")
    assert parse(notebook(language_info={"name": "R"})).language == "r"
    assert (parse(notebook()).kernel, parse(notebook()).language) == (None, "python")


def test_digest_is_of_the_bytes(tmp_path):
    """Any change of the file, a space even, changes the digest: it says which file a run was made from."""
    path = tmp_path / "a.ipynb"
    path.write_text(notebook(code("x = 1")))
    first = read(path)
    path.write_text(notebook(code("x = 1")) + " ")
    assert first.digest != read(path).digest
    assert len(first.digest) == 64
    assert first.path == str(path)


def test_missing_metadata_is_empty():
    found = parse('{"cells": [{"cell_type": "code", "source": "x"}], "nbformat": 4}')
    assert found.raw["metadata"] == {}
    assert found.raw["cells"][0]["metadata"] == {}


def test_notebooks_of_format_3_are_upgraded():
    """Old notebooks have worksheets, and code in ``input``."""
    old = {
        "nbformat": 3, "nbformat_minor": 0, "metadata": {"name": "old"},
        "worksheets": [{"metadata": {}, "cells": [
            {"cell_type": "heading", "level": 1, "source": ["Title"], "metadata": {}},
            {"cell_type": "code", "input": ["x = 1\n", "y = 2"], "language": "python", "outputs": [], "collapsed": False, "metadata": {}},
        ]}],
    }  # fmt: skip
    found = parse(json.dumps(old))
    assert [(c.kind, c.source) for c in found.cells] == [("markdown", "# Title"), ("code", "x = 1\ny = 2")]
    assert found.raw["nbformat"] == 4


def test_byte_order_mark_is_no_error(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_bytes(b"\xef\xbb\xbf" + notebook(code("x")).encode())
    assert read(path).cells[0].source == "x"


def test_no_such_file(tmp_path):
    with pytest.raises(NotFoundError, match=r"no file .*nowhere\.ipynb"):
        read(tmp_path / "nowhere.ipynb")


def test_a_folder(tmp_path):
    with pytest.raises(NotebookError, match="folder"):
        read(tmp_path)


def test_a_path_that_no_file_can_have():
    with pytest.raises(NotFoundError):
        read("a\0b.ipynb")


def test_not_utf8(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_bytes(notebook(code("x")).encode("utf-16"))
    with pytest.raises(NotebookError, match="UTF-8: byte 0"):
        read(path)


def test_invalid_json_says_where():
    assert "line 2, column 3" in failure('{"cells":\n  oops')


@pytest.mark.parametrize("text", ["", "  \n"])
def test_empty_file(text):
    assert "empty" in failure(text)


@pytest.mark.parametrize("text", ["[]", "3", '"cells"', '{"name": "package"}'])
def test_json_that_is_no_notebook(text):
    assert "not a notebook" in failure(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"nbformat": 4}',
        '{"nbformat": 4, "cells": {}}',
        '{"nbformat": 4, "cells": [3]}',
        '{"nbformat": 4, "cells": [{"cell_type": "code", "source": 3}]}',
        '{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["a", 3]}]}',
        '{"nbformat": "four", "cells": []}',
        '{"nbformat": 7, "cells": []}',
        '{"nbformat": 3, "worksheets": 3}',
        "[" * 100_000,
        '{"cells": ' * 50_000,
        '{"cells": [], "nbformat": ' + "9" * 5000 + "}",
    ],
)
def test_malformed_notebooks_are_errors_not_tracebacks(text):
    failure(text)


def test_unknown_kinds_of_cells_are_raw():
    assert parse('{"nbformat": 4, "cells": [{"cell_type": ["x"], "source": "a"}]}').cells[0].kind == "raw"


def test_reading_imports_no_nbformat():
    """It takes seconds to import, and only old notebooks need it."""
    script = "import sys; from millstream.notebook import parse; parse('{\"cells\": []}'); sys.exit('nbformat' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
