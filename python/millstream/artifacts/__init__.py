"""Values to bytes and back, exactly.

This package and :mod:`millstream.capture` are carried into the kernels of other environments, so they use the
standard library and cloudpickle only; numpy, pandas and the like are looked at only where the kernel has loaded them.
"""
