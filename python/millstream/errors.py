"""Everything that can go wrong, on one screen.

Every error says what happened, where (file, cell, line), the value at fault and what to do next. What is wrong
*inside* a notebook is not an exception but a list of :class:`millstream.records.Diagnostic`.
"""

from __future__ import annotations

from typing import Any, ClassVar


class MillstreamError(Exception):
    """The root: a message for people, fields for programs.

    ``code`` is stable and documented; ``http_status`` and ``exit_code`` say how the faces report it.
    """

    code: ClassVar[str] = "MS000"
    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str | None = None, **fields: Any) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.fields = fields

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message

    def to_json(self) -> dict[str, Any]:
        """The error as the CLI's ``--json`` and the HTTP API show it."""
        return {"code": self.code, "message": self.message, "hint": self.hint, **self.fields}


class UsageError(MillstreamError):
    """The call was wrong: an unknown option value, name or parameter."""

    code = "MS001"
    http_status = 400
    exit_code = 2


class NotFoundError(UsageError):
    """No run, pipeline, step, artifact or file of that name."""

    code = "MS002"
    http_status = 404


class NotebookError(UsageError):
    """The file is not a notebook that can be read."""

    code = "MS003"
    http_status = 422


class RefusedError(MillstreamError):
    """The notebook cannot become a pipeline; ``diagnostics`` in the fields say why."""

    code = "MS004"
    http_status = 422


class StepError(MillstreamError):
    """A step failed: its code raised, or its kernel died."""

    code = "MS005"
    http_status = 422


class CannotCrossError(MillstreamError):
    """A value cannot leave the kernel of its step, and a later step needs it."""

    code = "MS006"
    http_status = 422


class StoreError(MillstreamError):
    """The store cannot be read or written: full disk, read-only, damaged content."""

    code = "MS007"
    http_status = 507


class KernelError(MillstreamError):
    """No kernel could be started for the notebook."""

    code = "MS008"
    http_status = 422
    exit_code = 2


class CancelledError(MillstreamError):
    """The run was interrupted; what was done is kept."""

    code = "MS009"
    http_status = 409
    exit_code = 130


__all__ = [
    "CancelledError",
    "CannotCrossError",
    "KernelError",
    "MillstreamError",
    "NotFoundError",
    "NotebookError",
    "RefusedError",
    "StepError",
    "StoreError",
    "UsageError",
]
