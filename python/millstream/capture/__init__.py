"""What runs inside a step's kernel: the standard library and cloudpickle only, carried there by the run."""

from millstream.capture.session import begin, load, metric, save

__all__ = ["begin", "load", "metric", "save"]
