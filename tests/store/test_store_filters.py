"""The filter language: what it understands, what it refuses and how, and that it means what it says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from millstream.errors import UsageError
from millstream.store import Store, queries
from millstream.store.filters import Comparison, Group, parse

RUNS: list[dict[str, Any]] = [
    {"parameters": {"month": month, "model": model}, "metrics": {"auc": auc}, "pipeline": pipeline, "status": status}
    for month, model, auc, pipeline, status in [
        (1, "forest", 0.5, "flights", "succeeded"),
        (2, "forest", 0.9, "flights", "failed"),
        (2, "boost", 0.8, "penguins", "succeeded"),
        (12, "boost 2", 0.85, "flights", "succeeded"),
    ]
]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store.open(tmp_path_factory.mktemp("filters"))
    for number, each in enumerate(RUNS):
        run = f"r{number}"
        store.append("run-started", {"run": run, "steps": [], **{key: each[key] for key in ("pipeline", "parameters")}})
        store.append("run-ended", {"run": run, "seconds": number, "status": each["status"], "metrics": each["metrics"]})
    store.append("note-added", {"run": "r2", "text": 'The "LATE" one; O\'Hare'})
    return store


def _found(store: Store, text: str) -> list[int]:
    return sorted(int(run["run"][1:]) for run in queries.runs(store, filter=text)["runs"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [0, 1, 2, 3]),
        ("  ", [0, 1, 2, 3]),
        ("auc > 0.8", [1, 3]),
        ("auc>=0.8 and month=2", [1, 2]),
        ("month = 2 or month = 12", [1, 2, 3]),
        ("month != 2", [0, 3]),
        ("month < 10", [0, 1, 2]),
        ("not month = 2 and pipeline = flights", [0, 3]),
        ("not (month = 2 and pipeline = flights)", [0, 2, 3]),
        ("month = 1 or month = 2 and pipeline = penguins", [0, 2]),
        ("status = succeeded and pipeline == flights", [0, 3]),
        ("status <> succeeded", [1]),
        ("model = 'boost 2'", [3]),
        ("model ~ BOOST", [2, 3]),
        ("model !~ boost", [0, 1]),
        ("parameter:month = 12", [3]),
        ("metric:auc <= 0.5", [0]),
        ("`parameter:month` = 12", [3]),
        ('text ~ "late"', [2]),
        ("late", [2]),
        ('"o\'hare"', [2]),
        ("penguins", [2]),
        ("seconds > 1.5", [2, 3]),
        ("started > 2020-01-01", [0, 1, 2, 3]),
        ("started < 2020-01-01T10:00+02:00", []),
        ("version = 1", []),
        ("version != 1", [0, 1, 2, 3]),
        ("run = r1", [1]),
        ("MONTH = 1 or month = 1", None),
        ("AUC > 1 OR auc > 0.8", None),
        ("auc > 0.8 AND NOT month = 2", [3]),
        ("month = nan", []),
        ("month < 1e400", [0, 1, 2, 3]),
    ],
)
def test_a_filter_finds_the_runs_it_describes(history: Store, text: str, expected: list[int] | None) -> None:
    """Each kind of comparison and join; names are those of the notebook, to the letter."""
    if expected is None:
        with pytest.raises(UsageError, match="no run has"):
            _found(history, text)
    else:
        assert _found(history, text) == expected


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("auc >", 5, "a value is missing"),
        ("auc > and month = 2", 10, "follows where"),
        ("(auc > 1", 8, "')' is missing"),
        ("auc > 1)", 7, "follows where"),
        ("> 1", 0, "is not a name"),
        ("auc 0.8", 4, "follows where"),
        ("auc > 1 and", 11, "a name is missing"),
        ("and", 0, "is not a name"),
        ('model = "open', 8, "not closed"),
        ("auc ! 1", 4, "'!'"),
        ("kilns > 1", 0, "'kilns'"),
        ("auk > 1", 0, "'auk'"),
        ("metric:month = 1", 0, "no run has a metric"),
        ("seconds = long", 0, "a number"),
        ("started > yesterday", 0, "a time"),
        ("(" * 60 + "auc > 1" + ")" * 60, 40, "deep"),
        ("not " * 60 + "auc > 1", 160, "deep"),
        (" or ".join(["auc > 1"] * 101), 1100, "more than 100"),
        ("x" * 2001, 2000, "2001 characters"),
    ],
)
def test_a_bad_filter_is_refused_with_its_place(history: Store, text: str, position: int, says: str) -> None:
    """The message says where and what; the field ``position`` counts from 0."""
    with pytest.raises(UsageError, match=says.replace("(", r"\(").replace(")", r"\)")) as caught:
        _found(history, text)
    assert caught.value.fields["position"] == position


def test_a_name_that_is_nearly_right_is_suggested(history: Store) -> None:
    """A slip of the hand costs one look at the message."""
    with pytest.raises(UsageError) as caught:
        _found(history, "auk > 1")
    assert caught.value.hint == "Did you mean auc?"


@pytest.mark.parametrize("value", ["'; drop table runs; --", "1 or 1=1", "%", "_", "\x00", "☃", "\\"])
def test_values_are_never_code(history: Store, value: str) -> None:
    """Whatever stands in quotes is compared, not run."""
    quoted = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert _found(history, f"model = {quoted}") == []
    assert _found(history, f"text ~ {quoted} and model ~ {quoted} and pipeline = {quoted}") == []
    assert len(_found(history, "")) == 4


_NAMES = st.sampled_from(["month", "auc", "status", "pipeline", "seconds"])
_COMPARISONS = st.builds(
    lambda name, operator, value: Comparison(name, operator, value, False, 0),
    _NAMES,
    st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
    st.sampled_from(["0", "1", "2", "0.8", "0.85", "12"]),
) | st.builds(
    lambda name, operator, value: Comparison(name, operator, value, True, 0),
    st.sampled_from(["status", "pipeline", "model"]),
    st.sampled_from(["=", "!=", "~", "!~"]),
    st.sampled_from(["flights", "boost", "succeeded", "s"]),
)
_FILTERS = st.recursive(
    _COMPARISONS,
    lambda member: st.builds(
        lambda operator, members: Group(operator, tuple(members[:1]) if operator == "not" else tuple(members)),
        st.sampled_from(["and", "or", "not"]),
        st.lists(member, min_size=2, max_size=3),
    ),
    max_leaves=6,
)


def _written(found: Comparison | Group) -> str:
    if isinstance(found, Comparison):
        return (
            f'{found.name} {found.operator} "{found.value}"'
            if found.quoted
            else f"{found.name}{found.operator}{found.value}"
        )
    if found.operator == "not":
        return f"not ({_written(found.members[0])})"
    return "(" + f" {found.operator} ".join(map(_written, found.members)) + ")"


def _holds(found: Comparison | Group, number: int) -> bool:
    """What the filter means, said a second time in plain Python."""
    if isinstance(found, Group):
        members = [_holds(member, number) for member in found.members]
        return not members[0] if found.operator == "not" else all(members) if found.operator == "and" else any(members)
    run = RUNS[number]
    known = {
        **run["parameters"],
        **run["metrics"],
        "status": run["status"],
        "pipeline": run["pipeline"],
        "seconds": number,
    }
    have, want = known[found.name], found.value if isinstance(known[found.name], str) else float(found.value)
    tests = {
        "=": lambda: have == want,
        "!=": lambda: have != want,
        "<": lambda: have < want,
        "<=": lambda: have <= want,
        ">": lambda: have > want,
        ">=": lambda: have >= want,
        "~": lambda: want in have,
        "!~": lambda: want not in have,
    }
    return bool(tests[found.operator]())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_FILTERS)
def test_filters_mean_what_they_say(history: Store, found: Comparison | Group) -> None:
    """The database and plain Python agree about every filter."""
    expected = [number for number in range(len(RUNS)) if _holds(found, number)]
    assert _found(history, _written(found)) == expected


def _refused_at(text: str) -> int:
    """Where the text is refused, 0 when it is not."""
    try:
        parse(text)
    except UsageError as error:
        return int(error.fields["position"])
    return 0


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.text(alphabet="ab()<>=!~\"'` and or not0.\\", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text makes the parser fail in another way."""
    assert 0 <= _refused_at(text) <= len(text)
