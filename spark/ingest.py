"""Reads Parquet from the staging bucket and fills an Iceberg table with it.

    spark-submit spark/ingest.py --warehouse trinotutorial --minio-host http://minio:9000

Runs unchanged on each stack; lakehouse.py holds what it shares with session.py.

Prints JSON lines: {"progress": …} while it writes, and at the end {"ingest": …}
or {"error": …}. Everything else on its output is Spark's log.
"""

import argparse
import json
import os
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial

from py4j.protocol import Py4JJavaError
from pyspark.errors.exceptions.captured import CapturedException
from pyspark.sql import SparkSession

from increment import Increment, MovedOn
from lakehouse import CATALOG, add_arguments, causes, emit, end_with_stdin, first_line, quoted, session
from publication import Replacement
from staged_files import IngestError, check_written, footer_reader, refused_reading, require_fit, runs, staged_file, staged_files, staged_rows, staged_trips, trips_schema

# Of an ingest into a table that others change meanwhile.
ATTEMPTS = 5
COLUMNS_FILE = os.path.join(os.path.dirname(__file__), "trip_columns.json")
TABLE_PROPERTIES = {
    "format-version": "2",
    "write.parquet.compression-codec": "zstd",
    # Iceberg's own size, said since a table that is replaced keeps its properties.
    # Smaller row groups cost more than they save; see notebook 12.
    "write.parquet.row-group-size-bytes": str(128 * 1024 * 1024),
}
# One task a file keeps the files' order in time, by which engines skip.
FILE_SETTINGS = {
    "spark.sql.files.maxPartitionBytes": "1g",
    "spark.sql.files.openCostInBytes": "1g",
    # Each of these tasks looks at a part of the files; Spark's own number is one a file.
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "16",
    # Columns of others are looked at in nanoseconds, and may differ in case alone.
    "spark.sql.legacy.parquet.nanosAsLong": "true",
    "spark.sql.caseSensitive": "true",
}


def arguments(given: list | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_arguments(parser)
    parser.add_argument("--staging", default="s3a://staging/", help="folder of the Parquet files")
    parser.add_argument("--table", default="taxi_trips")
    parser.add_argument("--end-with-stdin", action="store_true", help="end when stdin closes")
    parser.add_argument(
        "--mode",
        choices=["replace", "append", "merge"],
        default="replace",
        help="replace the table (the default); append the files that it does not hold yet; "
        "or merge them in by unique_key, where new rows win",
    )
    parser.add_argument(
        "--register",
        action="store_true",
        help="have the store copy the files as they are, which must have the table's very types; not with merge",
    )
    parser.add_argument(
        "--any-columns",
        action="store_true",
        help="take whatever columns the files have, which must be alike, and not those of the trips; "
        "with replace alone",
    )
    options = parser.parse_args(given)
    if options.any_columns and (options.register or options.mode != "replace"):
        parser.error("--any-columns goes with replace alone, and not with --register")
    if options.register and options.mode == "merge":
        parser.error("--register goes with replace and append: merge has to read the rows")
    return options


class ProgressReporter(threading.Thread):
    """Reports finished tasks of the running stages twice a second; `total` are those of the one that writes."""

    def __init__(self, spark: SparkSession, total: int, rows: int, tell) -> None:
        super().__init__(daemon=True)
        self.tracker = spark.sparkContext.statusTracker()
        self.total = total
        self.rows = rows
        self.tell = tell
        self.ended = threading.Event()

    def expect(self, more: int) -> None:
        self.total += more

    def run(self) -> None:
        while not self.ended.wait(0.5):
            for stage in self.tracker.getActiveStageIds():
                info = self.tracker.getStageInfo(stage)
                if info and info.numTasks == self.total:
                    self.tell(
                        {
                            "tasks": info.numCompletedTasks,
                            "total": info.numTasks,
                            "rows": self.rows * info.numCompletedTasks // info.numTasks,
                        }
                    )


@contextmanager
def progress(spark: SparkSession, options: argparse.Namespace, files: list):
    reporter = ProgressReporter(spark, len(files if options.register else runs(files)), sum(file.rows for file in files), options.tell)
    reporter.start()
    try:
        yield reporter
    finally:
        reporter.ended.set()


def tell_written(options: argparse.Namespace, files: list, rows: int) -> None:
    """The last word before a commit: whoever is told may raise, and nothing is published."""
    tasks = len(runs(files))
    options.tell({"tasks": tasks, "total": tasks, "rows": rows})


def written(summary: dict) -> dict:
    """What a snapshot says that its commit added."""
    return {"files": int(summary.get("added-data-files", 0)), "bytes": int(summary.get("added-files-size", 0))}


def replace(spark: SparkSession, options: argparse.Namespace, files: list, columns: list) -> dict:
    """Fills a table with all that is staged, in the place of what it had."""
    read = partial(staged_trips, spark, files, columns) if columns else partial(staged_rows, spark, files)
    # What is registered is not read: its plan would list the files once more.
    require_fit(files)
    trips = None if options.register else read()
    schema = trips._jdf.schema() if trips else trips_schema(spark, columns)
    properties = {"owner": spark.sparkContext.sparkUser(), **TABLE_PROPERTIES}
    held = {file.name: file.identity for file in files}
    with Replacement(spark, options, schema, properties) as publication:
        with progress(spark, options, files):
            if options.register:
                summary = publication.register(files, columns, held)
            else:
                summary = publication.write(trips, held)
        added = int(summary.get("added-records", 0))
        check_written(publication.label, added, read, files, staged_files(spark, options.staging))
        tell_written(options, files, added)
        # One commit: a reader sees the table of before or the one of after.
        snapshot = publication.publish()
    return {"rows": added, "added": added, "held": 0, "snapshot_id": snapshot, **written(summary)}


def add(spark: SparkSession, options: argparse.Namespace, files: list, columns: list) -> dict:
    """Adds what is staged and not in the table yet."""
    publication = Increment(spark, options)
    held = publication.held()
    if held is None and options.mode == "append":
        raise IngestError(
            f"Cannot append to {publication.label}",
            "no snapshot it has says which staged files it holds",
            "ingest with the mode merge, which adds no trip twice, or replace",
        )
    held = held or {}
    new = [file for file in files if held.get(file.name) != file.identity]
    changed = [file.name for file in new if file.name in held]
    if changed and options.mode == "append":
        raise IngestError(
            f"Cannot append to {publication.label}",
            f"it holds rows of another {changed[0]} than the one in staging"
            + (f", and of {len(changed) - 1} more such files" if changed[1:] else ""),
            "ingest with the mode merge, where new rows win, or replace; or stage it under another name",
        )
    if not new:
        snapshot = publication.table.currentSnapshot()
        rows = publication.count(publication.name)
        publication.close()
        return {"rows": rows, "added": 0, "held": len(files), "snapshot_id": snapshot.snapshotId(), "files": 0, "bytes": 0}
    read = partial(staged_trips, spark, new, columns)
    require_fit(new)
    trips = None if options.register else read()
    held.update({file.name: file.identity for file in new})
    with publication:
        with progress(spark, options, new) as reporter:
            if options.register:
                counted = publication.register(new, columns, held)
            elif options.mode == "append":
                counted = publication.append(trips, held)
            else:
                counted = publication.merge(trips, held, sum(file.rows for file in new), reporter.expect)
        check_written(publication.label, counted, read, new, staged_files(spark, options.staging))
        tell_written(options, new, counted)
        snapshot = publication.publish()
    return {
        "rows": publication.total,
        "added": counted,
        "held": len(files) - len(new),
        "snapshot_id": snapshot,
        **written(publication.summary),
    }


def ingest(spark: SparkSession, options: argparse.Namespace, tell) -> dict:
    """Does what the options say in a session that has FILE_SETTINGS; `tell` is told how far it is."""
    started = time.monotonic()
    options.tell = tell
    columns = []
    if not options.any_columns:
        with open(COLUMNS_FILE, encoding="utf-8") as file:
            columns = json.load(file)
    tell({"tasks": 0, "total": 0, "rows": 0})
    with ThreadPoolExecutor(8) as pool:
        # The first answer of a catalog takes its time, for which the files are looked at.
        is_there = pool.submit(spark.catalog.tableExists, quoted(CATALOG, options.namespace, options.table))
        found = staged_files(spark, options.staging)
        look = partial(staged_file, spark.version, footer_reader(spark), columns=columns)
        files = list(pool.map(look, found))
    table = f"{options.namespace}.{options.table}"
    spark.sql(f"CREATE NAMESPACE IF NOT EXISTS {quoted(CATALOG, options.namespace)}")
    fill = replace if options.mode == "replace" or not is_there.result() else add
    for _ in range(ATTEMPTS):
        with suppress(MovedOn):
            result = fill(spark, options, files, columns)
            break
    else:
        raise IngestError(
            f"Cannot publish {table}", f"others changed it during each of {ATTEMPTS} attempts", "ingest again when they are done"
        )
    return {
        "table": table,
        **result,
        "seconds": round(time.monotonic() - started, 3),
        "left_out": [] if options.any_columns else sorted(set().union(*[file.found for file in files]) - {column["name"] for column in columns}),
        "spark": spark.version,
    }


def problem(error: Exception) -> dict:
    """What a user is told of an ingest that failed; what is no fault of the work is raised again."""
    if isinstance(error, IngestError):
        return error.parts
    what = "Spark could not finish the ingest"
    if isinstance(error, Py4JJavaError):
        chain = causes(error.java_exception)
        why = first_line(chain[-1])
        bad_file = refused_reading(chain, why)
        return bad_file.parts if bad_file else {"what": what, "why": why}
    if isinstance(error, CapturedException):
        # What Spark's Python has its own names for.
        traceback.print_exception(error)
        return {"what": what, "why": f"{type(error).__name__}: {str(error).splitlines()[0]}"}
    raise error


def main() -> int:
    options = arguments()
    started = time.monotonic()
    try:
        spark = session(options, "ingest", FILE_SETTINGS)
        if options.end_with_stdin:
            end_with_stdin(spark)
        result = ingest(spark, options, lambda state: emit("progress", state))
        emit("ingest", {**result, "seconds": round(time.monotonic() - started, 3)})
        return 0
    except Exception as error:  # pylint: disable=broad-except
        emit("error", problem(error))
    return 1


if __name__ == "__main__":
    sys.exit(main())
