"""Why a step would run, or not."""

from millstream import service


def reasons(path, **options):
    """Step → (status, reason)."""
    return {step["name"]: (step["status"], step["reason"]) for step in service.explain(path, **options)["steps"]}


def test_each_step_says_why(project):
    """In words, without running anything."""
    (project.folder / "data.txt").write_text("1")
    path = project.write(
        ("parameters", "n = 1"), ("step:load", "x = open('data.txt').read()"), ("step:other", "z = n"),
        ("step:end", "y = x * z"),
    )  # fmt: skip
    assert reasons(path)["load"] == ("runs", "it has not run before")
    run = project.run()["run"]
    assert {status for status, _ in reasons(path).values()} == {"cached"}
    assert run in reasons(path)["load"][1]
    (project.folder / "data.txt").write_text("2")
    assert reasons(path) == {
        "load": ("runs", "data.txt changed"),
        "other": ("cached", f"nothing it depends on changed since run {run}"),
        "end": ("depends", "it runs unless what load makes comes out the same"),
    }
    assert reasons(path, parameters={"n": 2})["other"] == ("runs", "the parameter n changed")
    assert len(service.runs(project.folder)["runs"]) == 1
