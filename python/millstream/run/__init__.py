"""Running a program: plan, cache, papermill's engine, kernels, executor."""
