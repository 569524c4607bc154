"""From a notebook to a program: its steps, what they need from each other, and their notebooks. Pure."""

from millstream.compile.program import Program, compile_notebook
from millstream.compile.step_notebooks import file_name, load_arguments, step_notebook, straight_notebook

__all__ = ["Program", "compile_notebook", "file_name", "load_arguments", "step_notebook", "straight_notebook"]
