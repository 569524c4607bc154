"""Runs at suggested borders."""

from notebooks import statuses

from millstream import service

CELLS = [
    ("", "import math"),
    ("", "values = [1, 2, 3]"),
    ("", "total = sum(values)"),
    ("", "def pairs():\n    yield from zip(values, values)\n\nmade = pairs()"),
    ("", "first = next(made)"),
    ("", "rest = list(made)"),
    ("", "n = len(rest)\nprint(n)"),
]


def test_a_border_that_something_cannot_cross_is_withdrawn_by_the_run(project):
    """The two steps become one; it is said, and remembered."""
    path = project.write(*CELLS)
    result = project.run(suggest=True)
    assert result["status"] == "succeeded", result["error"]
    names = [step["name"] for step in service.check(path, suggest=True)["steps"]]
    assert list(statuses(result)) == names
    before = len(service.runs(project.folder)["runs"])
    assert project.run(suggest=True)["status"] == "succeeded"
    assert len(service.runs(project.folder)["runs"]) == before + 1


def test_accepted_suggestions_are_tags(project):
    """And nothing else in the file changes."""
    path = project.write(*CELLS)
    suggested = service.check(path, suggest=True)
    assert not service.check(path)["ok"]
    assert service.accept(path)["steps"] == suggested["steps"]
    assert service.check(path)["ok"]
    assert service.check(path, suggest=True)["suggestions"] == []
