"""What is in a table, column by column: DuckDB passes over the whole of a file, without a copy where it is Parquet.

A file becomes a document of plain JSON. Nothing here knows where files are kept or who asks.
"""

from millstream.statistics.sources import format_of
from millstream.statistics.table import FORMAT, schema_of, statistics_of, without_rows

__all__ = ["FORMAT", "format_of", "schema_of", "statistics_of", "without_rows"]
