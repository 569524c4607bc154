"""What did not change is not run again; what did is."""

from notebooks import statuses

A = ("step:a", "x = [n]")
B = ("step:b", "y = x[0] % 2")
C = ("step:c metrics", "z = y")
N = ("parameters", "n = 3\nother = 1")


def test_nothing_changed_nothing_runs(project):
    """Comments and layout are nothing."""
    project.write(N, A, B, C)
    assert set(statuses(project.run()).values()) == {"ran"}
    project.write(N, ("step:a", "# said differently\nx = [ n ]"), B, C)
    again = project.run()
    assert set(statuses(again).values()) == {"cached"}
    assert again["metrics"] == {"z": 1}
    assert all(step["executed_notebook"] for step in again["steps"])


def test_a_changed_step_runs_and_the_wave_stops_where_values_are_the_same(project):
    """Inputs count by content."""
    project.write(N, A, B, C)
    project.run()
    project.write(N, ("step:a", "x = [n + 2]"), B, C)
    assert statuses(project.run()) == {"a": "ran", "b": "ran", "c": "cached"}


def test_a_parameter_runs_the_steps_that_use_it(project):
    """Others stay."""
    project.write(N, A, B, C)
    project.run()
    assert set(statuses(project.run(parameters={"other": 2})).values()) == {"cached"}
    assert statuses(project.run(parameters={"n": 4})) == {"a": "ran", "b": "ran", "c": "ran"}


def test_a_changed_data_file_runs_its_reader(project):
    """Files are found, not declared; by content, not by date."""
    data = project.folder / "data.csv"
    data.write_text("1\n")
    project.write(
        ("step:a", "x = 1"), ("step:b", "rows = open('data.csv').read()"), ("step:c metrics", "n = len(rows)")
    )
    project.run()
    data.touch()
    assert set(statuses(project.run()).values()) == {"cached"}
    data.write_text("1\n2\n")
    result = project.run()
    assert statuses(result) == {"a": "cached", "b": "ran", "c": "ran"}
    reasons = {step["name"]: step["reason"] for step in result["steps"]}
    assert reasons["b"] == "data.csv changed"


def test_a_changed_module_beside_the_notebook_runs_its_importer(project):
    """A local module is code like any other."""
    module = project.folder / "helper_of_mine.py"
    module.write_text("K = 1\n")
    project.write(("step:a metrics", "import helper_of_mine\nk = helper_of_mine.K"))
    assert project.run()["metrics"] == {"k": 1}
    module.write_text("K = 22\n")
    assert project.run()["metrics"] == {"k": 22}


def test_a_file_that_a_cached_step_wrote_is_brought_back(project):
    """The step after it may read it."""
    project.write(
        ("step:a", "with open('made.txt', 'w') as f:\n    _ = f.write('hello')"),
        ("step:b metrics after:a", "n = len(open('made.txt').read())"),
    )
    assert project.run()["metrics"] == {"n": 5}
    (project.folder / "made.txt").unlink()
    result = project.run()
    assert statuses(result) == {"a": "cached", "b": "cached"}
    assert (project.folder / "made.txt").read_text() == "hello"


def test_what_a_library_lists_to_find_others_is_not_what_the_step_lists(project):
    """Imports and entry points look at every folder of the path, the notebook's with them."""
    project.write(
        ("step:a", "import colorsys, importlib.metadata\nn = len(importlib.metadata.entry_points()) > 0"),
        ("step:b", "import os\nfound = len(os.listdir('.'))"),
    )
    project.run()
    (project.folder / "more.txt").write_text("")
    result = project.run()
    assert statuses(result) == {"a": "cached", "b": "ran"}
    assert result["steps"][1]["reason"] == "the files in . changed"


def test_a_volatile_step_and_a_shell_command_always_run(project):
    """Their effects cannot be seen."""
    project.write(("step:a volatile", "x = 1"), ("step:b", "!touch seen.txt"), ("step:c", "y = x"))
    project.run()
    assert statuses(project.run()) == {"a": "ran", "b": "ran", "c": "cached"}


def test_a_variable_of_the_environment_that_a_step_reads_counts(project, monkeypatch):
    """By its name in the code."""
    project.write(("step:a metrics", "import os\nn = len(os.environ.get('MY_SETTING', ''))"))
    monkeypatch.setenv("MY_SETTING", "abc")
    assert project.run()["metrics"] == {"n": 3}
    monkeypatch.setenv("MY_SETTING", "abcd")
    assert project.run()["metrics"] == {"n": 4}


def test_results_are_found_again_on_another_branch(project):
    """A result is kept until its content is gone, not until the next one."""
    project.write(N, A, B, C)
    project.run()
    project.write(N, ("step:a", "x = [0]"), B, C)
    project.run()
    project.write(N, A, B, C)
    assert set(statuses(project.run()).values()) == {"cached"}


def test_a_later_steps_first_use_of_an_import_runs_that_step_only(project):
    """What set-up binds is there for all steps, used or not."""
    cells = [("imports", "import math\nimport json"), ("functions", "def half(v): return v / 2")]
    project.write(*cells, ("step:a", "x = math.sqrt(4)"), ("step:b metrics", "y = x"))
    project.run()
    project.write(*cells, ("step:a", "x = math.sqrt(4)"), ("step:b metrics", "y = half(len(json.dumps(x)))"))
    assert statuses(project.run()) == {"a": "cached", "b": "ran"}


def test_a_value_that_nobody_read_before_is_made_again(project):
    """It was not kept; the reason is given."""
    project.write(("step:a", "x = 1\nz = 5"), ("step:b metrics", "y = x"))
    project.run()
    project.write(("step:a", "x = 1\nz = 5"), ("step:b metrics", "y = x + z"))
    result = project.run()
    assert (statuses(result)["a"], result["steps"][0]["reason"]) == ("ran", "a later step now reads z")
    assert result["metrics"] == {"y": 6}
