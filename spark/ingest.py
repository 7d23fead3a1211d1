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
from pyspark.sql.types import (
    DoubleType,
    LongType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)

from lakehouse import CATALOG, add_arguments, causes, emit, first_line, quoted, session

COLUMNS_FILE = os.path.join(os.path.dirname(__file__), "trip_columns.json")
SPARK_TYPES = {
    "string": StringType(),
    "long": LongType(),
    "double": DoubleType(),
    "timestamp": TimestampType(),
}
# The Parquet file's own words for each type.
PARQUET_TYPES = {
    "string": {"binary (STRING)", "binary (UTF8)"},
    "long": {"int64", "int64 (INTEGER(64,true))"},
    "double": {"double"},
    "timestamp": {"int64 (TIMESTAMP(MICROS,true))"},
}
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
}


class IngestError(Exception):
    """A failure a user can act on."""

    def __init__(self, what: str, why: str, next_step: str) -> None:
        super().__init__(what)
        self.parts = {"what": what, "why": why, "next": next_step}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_arguments(parser)
    parser.add_argument("--staging", default="s3a://staging/", help="folder of the Parquet files")
    parser.add_argument("--table", default="taxi_trips")
    return parser.parse_args()


def staged_files(spark: SparkSession, staging: str) -> list:
    path = spark._jvm.org.apache.hadoop.fs.Path(staging)
    found = path.getFileSystem(spark._jsc.hadoopConfiguration()).globStatus(
        spark._jvm.org.apache.hadoop.fs.Path(path, "*.parquet")
    )
    files = sorted(found or [], key=lambda status: status.getPath().toString())
    if not files:
        raise IngestError(
            f"Cannot ingest from {staging}",
            "it holds no Parquet files",
            "run notebook 03, or deno task analyze, which uploads them",
        )
    return files


def type_problem(column: dict, fields: dict) -> str:
    found = fields.get(column["name"])
    if found is None:
        return f'column "{column["name"]}" is missing'
    if found not in PARQUET_TYPES[column["type"]]:
        return f'column "{column["name"]}" is {found}, not {column["type"]}'
    return ""


def check_file(spark: SparkSession, status, columns: list) -> int:
    """Rows of one file, by its footer; fails when a column is not as expected."""
    jvm = spark._jvm
    name = status.getPath().toString()
    hadoop = spark._jsc.hadoopConfiguration()
    source = jvm.org.apache.parquet.hadoop.util.HadoopInputFile.fromStatus(status, hadoop)
    try:
        reader = jvm.org.apache.parquet.hadoop.ParquetFileReader.open(source)
    except Py4JJavaError as error:
        raise IngestError(
            f"Cannot read {name}",
            f"it is no whole Parquet file ({error.java_exception.getMessage()})",
            "remove it from PARQUET_DIR and from staging, generate and upload again",
        ) from error
    try:
        fields = {}
        for field in reader.getFileMetaData().getSchema().getFields():
            primitive = field.asPrimitiveType() if field.isPrimitive() else None
            if primitive is None:
                fields[field.getName()] = "nested"
                continue
            logical = field.getLogicalTypeAnnotation()
            kind = primitive.getPrimitiveTypeName().toString().lower()
            fields[field.getName()] = f"{kind} ({logical.toString()})" if logical else kind
        rows = reader.getRecordCount()
    finally:
        reader.close()
    problems = [problem for column in columns if (problem := type_problem(column, fields))]
    if problems:
        raise IngestError(
            f"Cannot ingest {name}",
            "; ".join(problems),
            "generate or download the files again; nothing was written",
        )
    return rows


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
    emit("progress", {"tasks": 0, "total": 0, "rows": 0})
    files = staged_files(spark, options.staging)
    with ThreadPoolExecutor(8) as pool:
        staged_rows = sum(pool.map(lambda status: check_file(spark, status, columns), files))

    schema = StructType(
        [StructField(column["name"], SPARK_TYPES[column["type"]]) for column in columns]
    )
    table = quoted(CATALOG, options.namespace, options.table)
    spark.sql(f"CREATE NAMESPACE IF NOT EXISTS {quoted(CATALOG, options.namespace)}")
    progress = ProgressReporter(spark, len(files), staged_rows)
    progress.start()
    try:
        trips = spark.read.schema(schema).parquet(*[f.getPath().toString() for f in files])
        writer = trips.writeTo(table).using("iceberg")
        for name, value in TABLE_PROPERTIES.items():
            writer = writer.tableProperty(name, value)
        # One commit: a reader sees the table of before or the one of after.
        writer.createOrReplace()
    finally:
        progress.ended.set()

    loaded = spark._jvm.org.apache.iceberg.spark.Spark3Util.loadIcebergTable(
        spark._jsparkSession, table
    )
    snapshot = loaded.currentSnapshot()
    summary = dict(snapshot.summary())
    rows = int(summary.get("added-records", 0))
    if rows != staged_rows:
        raise IngestError(
            f"Cannot vouch for {table}",
            f"{staged_rows} rows were staged and {rows} were written",
            "ingest again",
        )
    return {
        "table": f"{options.namespace}.{options.table}",
        "rows": rows,
        "files": int(summary.get("added-data-files", 0)),
        "bytes": int(summary.get("added-files-size", 0)),
        "seconds": round(time.monotonic() - started, 3),
        "snapshot_id": snapshot.snapshotId(),
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
        emit("error", {"what": "Spark could not finish the ingest", "why": first_line(causes(error.java_exception)[-1])})
    return 1


if __name__ == "__main__":
    sys.exit(main())
