"""Reads Parquet from the staging bucket and replaces an Iceberg table with it.

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
from concurrent.futures import ThreadPoolExecutor

from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

from lakehouse import CATALOG, add_arguments, causes, emit, end_with_stdin, first_line, quoted, session
from publication import Publication
from staged_files import IngestError, check_written, refused_reading, staged_file, staged_files, staged_trips

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
    # Columns of others are looked at in nanoseconds, and may differ in case alone.
    "spark.sql.legacy.parquet.nanosAsLong": "true",
    "spark.sql.caseSensitive": "true",
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_arguments(parser)
    parser.add_argument("--staging", default="s3a://staging/", help="folder of the Parquet files")
    parser.add_argument("--table", default="taxi_trips")
    parser.add_argument("--end-with-stdin", action="store_true", help="end when stdin closes")
    return parser.parse_args()


class ProgressReporter(threading.Thread):
    """Reports finished tasks of the running stages twice a second."""

    def __init__(self, spark: SparkSession, total: int, rows: int) -> None:
        super().__init__(daemon=True)
        self.tracker = spark.sparkContext.statusTracker()
        self.total = total
        self.rows = rows
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(0.5):
            for stage in self.tracker.getActiveStageIds():
                info = self.tracker.getStageInfo(stage)
                if info and info.numTasks == self.total:
                    emit(
                        "progress",
                        {
                            "tasks": info.numCompletedTasks,
                            "total": info.numTasks,
                            "rows": self.rows * info.numCompletedTasks // info.numTasks,
                        },
                    )


def ingest(options: argparse.Namespace) -> dict:
    started = time.monotonic()
    with open(COLUMNS_FILE, encoding="utf-8") as file:
        columns = json.load(file)
    spark = session(options, "ingest", FILE_SETTINGS)
    if options.end_with_stdin:
        end_with_stdin(spark)
    emit("progress", {"tasks": 0, "total": 0, "rows": 0})
    found = staged_files(spark, options.staging)
    with ThreadPoolExecutor(8) as pool:
        files = list(pool.map(lambda status: staged_file(spark, status, columns), found))
    staged_rows = sum(file.rows for file in files)
    trips = staged_trips(spark, files, columns)

    table = f"{options.namespace}.{options.table}"
    spark.sql(f"CREATE NAMESPACE IF NOT EXISTS {quoted(CATALOG, options.namespace)}")
    progress = ProgressReporter(spark, len(files), staged_rows)
    properties = {"owner": spark.sparkContext.sparkUser(), **TABLE_PROPERTIES}
    with Publication(spark, options, trips._jdf.schema(), properties) as publication:
        progress.start()
        try:
            summary = publication.write(trips)
        finally:
            progress.ended.set()
        check_written(table, int(summary.get("added-records", 0)), trips, files, staged_files(spark, options.staging))
        # One commit: a reader sees the table of before or the one of after.
        snapshot = publication.publish()
    return {
        "table": table,
        "rows": staged_rows,
        "files": int(summary.get("added-data-files", 0)),
        "bytes": int(summary.get("added-files-size", 0)),
        "seconds": round(time.monotonic() - started, 3),
        "left_out": sorted(set().union(*[file.found for file in files]) - {column["name"] for column in columns}),
        "snapshot_id": snapshot,
        "spark": spark.version,
    }


def main() -> int:
    options = arguments()
    try:
        emit("ingest", ingest(options))
        return 0
    except IngestError as error:
        emit("error", error.parts)
    except Py4JJavaError as error:
        chain = causes(error.java_exception)
        why = first_line(chain[-1])
        bad_file = refused_reading(chain, why)
        what = {"what": "Spark could not finish the ingest", "why": why}
        emit("error", bad_file.parts if bad_file else what)
    return 1


if __name__ == "__main__":
    sys.exit(main())
