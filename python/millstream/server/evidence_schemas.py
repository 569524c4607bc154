"""The schemas of statistics and of datasets with their versions."""

from __future__ import annotations

from millstream.server.schema_words import NUMBER, TEXT, WHOLE, YES_NO, Schema, list_of, map_of, nullable, record, ref

_VALUE = ref("JsonValue")
_SPREAD: dict[str, Schema] = {
    "missing": WHOLE,
    "infinite": WHOLE,
    "min": _VALUE,
    "max": _VALUE,
    "mean": nullable(NUMBER),
    "std": nullable(NUMBER),
    "true": WHOLE,
    "quantiles": map_of(_VALUE),
    "histogram": ref("Histogram"),
    "distinct": nullable(WHOLE),
    "memory": nullable(WHOLE),
}

EVIDENCE: dict[str, Schema] = {
    "Histogram": record(
        "Counts between edges, of which there is one more; the last bin holds its upper edge too.",
        edges=list_of(_VALUE),
        counts=list_of(WHOLE),
    ),
    "Frequent": record("A value that is often there.", value=_VALUE, count=WHOLE),
    "Lengths": record("How long texts or lists are.", min=WHOLE, max=WHOLE, mean=NUMBER, empty=WHOLE),
    "Gap": record("Nothing between two times, as text.", after=TEXT, before=TEXT, length=TEXT),
    "TimeSteps": record(
        "The usual step from one time to the next, and how often it is half as long again or longer.",
        unit=TEXT,
        step=TEXT,
        step_seconds=NUMBER,
        gaps=WHOLE,
        largest=list_of(ref("Gap")),
    ),
    "ColumnStatistics": record(
        "A column. Moments, quantiles and range are of the finite values. distinct is estimated unless distinct_exact; "
        "whole numbers that JavaScript cannot hold are text.",
        {
            **_SPREAD,
            "type": TEXT,
            "kind": TEXT,
            "nulls": WHOLE,
            "nan": WHOLE,
            "distinct_exact": YES_NO,
            "skew": nullable(NUMBER),
            "quantiles_exact": YES_NO,
            "top": list_of(ref("Frequent")),
            "top_exact": YES_NO,
            "lengths": ref("Lengths"),
            "steps": nullable(ref("TimeSteps")),
            "constant": YES_NO,
            "key": YES_NO,
            "same_as": nullable(TEXT),
        },
        name=TEXT,
    ),
    "Statistics": record(
        "What is in a value of a run or in a data file: of a table rows and columns, of anything else its shape and range.",
        {
            **_SPREAD,
            "rows": WHOLE,
            "columns": list_of(ref("ColumnStatistics")),
            "constant_columns": list_of(TEXT),
            "duplicate_columns": list_of(list_of(TEXT)),
            "key_candidates": list_of(TEXT),
            "shape": list_of(WHOLE),
            "dtype": TEXT,
            "value": _VALUE,
        },
        source={"type": "string", "enum": ["artifact", "file"]},
        name=TEXT,
        digest=TEXT,
        run=nullable(TEXT),
        step=nullable(TEXT),
        bytes=nullable(WHOLE),
        kind={"type": "string", "enum": ["table", "array", "sparse", "mapping", "sequence", "scalar", "value"]},
        type=TEXT,
    ),
    "DataColumn": record("A column of a data file.", name=TEXT, type=TEXT),
    "DataVersion": record(
        "A content of a dataset, wherever it lay. kept: whether the store has it, or its digest alone. rows and columns "
        "are null where they cannot be read.",
        digest=TEXT,
        paths=list_of(TEXT),
        bytes=nullable(WHOLE),
        kept=YES_NO,
        rows=nullable(WHOLE),
        columns=nullable(list_of(ref("DataColumn"))),
        runs=WHOLE,
        first_run=TEXT,
        first_used=nullable(TEXT),
        last_run=TEXT,
        last_used=nullable(TEXT),
    ),
    "Dataset": record(
        "A file that runs read, with its versions, the one used last first; a moved or renamed one has several paths.",
        name=TEXT,
        paths=list_of(TEXT),
        versions=list_of(ref("DataVersion")),
    ),
    "Datasets": record("The files that runs read.", datasets=list_of(ref("Dataset"))),
}

__all__ = ["EVIDENCE"]
