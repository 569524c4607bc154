"""Notebooks in one line: cells as (tags, source)."""

import json

from millstream.compile import compile_notebook
from millstream.notebook import parse


def notebook(*cells, kernel="python3", language="python"):
    """A notebook as a dict; tags are words in a string, or a list."""
    return {
        "cells": [
            {
                "cell_type": "code",
                "id": f"c{index}",
                "metadata": {"tags": tags.split() if isinstance(tags, str) else tags},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
            for index, (tags, source) in enumerate(cells)
        ],
        "metadata": {"kernelspec": {"name": kernel, "display_name": kernel, "language": language}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def program(*cells, **options):
    """The compiled notebook."""
    return compile_notebook(parse(json.dumps(notebook(*cells, **options))))


def codes(made):
    """The codes of a program's diagnostics."""
    return [d.code for d in made.diagnostics]


def write(path, *cells, **options):
    """Write a notebook; its path."""
    path.write_text(json.dumps(notebook(*cells, **options)), encoding="utf-8")
    return path


def statuses(result):
    """Step → status."""
    return {step["name"]: step["status"] for step in result["steps"]}
