"""What runs inside a step's kernel: the standard library and cloudpickle only, carried there by the run."""

from millstream.capture.session import begin, begin_from, load, metric, sample, save

__all__ = ["begin", "begin_from", "load", "metric", "sample", "save"]
