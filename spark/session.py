"""A Spark session that takes SQL on stdin, a JSON line each, until stdin closes.

    spark-submit spark/session.py --warehouse trinotutorial --minio-host http://minio:9000

Takes   {"id": 1, "sql": "SELECT 1"}, {"id": 2, "ingest": [arguments of ingest.py]}
        and {"cancel": 1}.
Prints  {"ready": …} once; then for a statement {"progress": …} while it runs,
        {"columns": …} and {"rows": …} in parts when it returns some, and at its
        end {"done": …} or {"failed": …}, each with the statement's id; for an
        ingest {"ingesting": …}, and {"ingested": …} or {"refused": …}.
Everything else on its output is Spark's log. Statements run at the same time,
each on a thread of its own.
"""

import argparse
import json
import os
import sys
import tempfile
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

from py4j.java_gateway import is_instance_of

from equality_delete import equality_delete
import ingest
from exact_values import encode, signature, with_pairs
from lakehouse import CATALOG, add_arguments, causes, emit, session

THREADS = 16
ROWS_A_LINE = 1000
STACK_LINES = 30
LOOK_SECONDS = 0.2
SHUFFLE = "spark.sql.shuffle.partitions"


class Statement:
    """A statement that runs; its Spark jobs carry its tag."""

    def __init__(self, spark, request: dict) -> None:
        self.spark = spark
        self.context = spark.sparkContext
        self.id = request["id"]
        self.text = request.get("sql", "ingest")
        self.tag = f"statement-{self.id}"
        self.is_cancelled = False
        self.shown = {}

    def run(self) -> None:
        started = time.monotonic()
        try:
            self.mark_jobs()
            if self.is_cancelled:
                raise InterruptedError("cancelled before it began")
            if not equality_delete(self.spark, self.text):
                frame = self.spark.sql(self.text)
                if frame.schema.fields:
                    self.send_rows(frame)
            emit("done", {"id": self.id, "ms": round((time.monotonic() - started) * 1000)})
        except Exception as error:  # pylint: disable=broad-except
            emit("failed", {"id": self.id, **facts(self.spark, error)})

    def mark_jobs(self) -> None:
        # A tag, not a group: Iceberg's procedures put their jobs in groups of their own.
        self.context.clearJobTags()
        self.context.addJobTag(self.tag)
        self.context.setInterruptOnCancel(True)
        self.context.setJobDescription(self.text[:200])
        # A pool each: inside a pool the first statement takes all cores.
        self.context.setLocalProperty("spark.scheduler.pool", threading.current_thread().name)

    def send_rows(self, frame) -> None:
        fields = frame.schema.fields
        columns = [
            {
                "name": field.name,
                "type": field.dataType.simpleString(),
                "typeSignature": signature(field.dataType),
            }
            for field in fields
        ]
        emit("columns", {"id": self.id, "columns": columns})
        rows = with_pairs(frame).collect()
        for start in range(0, len(rows), ROWS_A_LINE):
            part = [encode(frame.schema, row) for row in rows[start : start + ROWS_A_LINE]]
            emit("rows", {"id": self.id, "rows": part})

    def cancel(self) -> None:
        self.is_cancelled = True
        self.context.cancelJobsWithTag(self.tag)

    def look(self) -> None:
        """Tells of tasks done since the last look; cancels what began after a cancel."""
        if self.is_cancelled:
            self.cancel()
            return
        jobs = self.context._jsc.sc().statusTracker().getJobIdsForTag(self.tag)
        tracker = self.context._jsc.statusTracker()
        infos = [info for info in map(tracker.getJobInfo, jobs) if info]
        ids = {stage for info in infos for stage in info.stageIds()}
        stages = [stage for stage in map(tracker.getStageInfo, ids) if stage]
        # A stage whose result is there already is skipped, and never submitted.
        begun = [stage for stage in stages if stage.submissionTime()]
        state = {
            "id": self.id,
            "jobs": len(infos),
            "tasks": sum(stage.numCompletedTasks() for stage in begun),
            "total": sum(stage.numTasks() for stage in begun),
        }
        if infos and state != self.shown:
            self.shown = state
            emit("progress", state)


class Ingest(Statement):
    """An ingest in this session, without Spark's start."""

    def __init__(self, spark, request: dict) -> None:
        super().__init__(spark, request)
        self.arguments = request["ingest"]

    def run(self) -> None:
        active = self.spark._jvm.org.apache.spark.sql.SparkSession
        try:
            self.mark_jobs()
            # Settings and views of its own.
            own = self.spark.newSession()
            for name, value in ingest.FILE_SETTINGS.items():
                own.conf.set(name, value)
            own.conf.set(SHUFFLE, self.spark.conf.get(SHUFFLE))
            active.setActiveSession(own._jsparkSession)
            result = ingest.ingest(own, ingest.arguments(self.arguments), self.tell)
            emit("ingested", {"id": self.id, **result})
        except (Exception, SystemExit) as error:  # pylint: disable=broad-except
            try:
                emit("refused", {"id": self.id, **ingest.problem(error)})
            except (Exception, SystemExit) as other:  # pylint: disable=broad-except
                emit("failed", {"id": self.id, **facts(self.spark, other)})
        finally:
            active.clearActiveSession()

    def tell(self, state: dict) -> None:
        if self.is_cancelled:
            raise InterruptedError("cancelled before its commit")
        emit("ingesting", {"id": self.id, **state})

    def look(self) -> None:
        # It tells of itself.
        if self.is_cancelled:
            self.cancel()


def facts(spark, error: Exception) -> dict:
    """What is known of a failure: Java's exceptions outermost first, and the last one's stack."""
    origin = getattr(error, "java_exception", None) or getattr(error, "_origin", None)
    if origin is None:
        return {"causes": [{"name": type(error).__name__, "message": str(error)}], "stack": []}
    chain = causes(origin)
    gateway = spark.sparkContext._gateway
    found = []
    for exception in chain:
        has_class = is_instance_of(gateway, exception, "org.apache.spark.SparkThrowable")
        found.append(
            {
                "name": exception.getClass().getName(),
                "message": exception.getMessage() or "",
                "errorClass": exception.getErrorClass() if has_class else None,
                "sqlState": exception.getSqlState() if has_class else None,
            }
        )
    text = spark._jvm.org.apache.spark.util.Utils.exceptionString(chain[-1])
    stack = [line for line in text.splitlines() if line.startswith("\tat ")]
    return {"causes": found, "stack": [line.strip() for line in stack[:STACK_LINES]]}


def watch(running: dict) -> None:
    while True:
        time.sleep(LOOK_SECONDS)
        for statement in list(running.values()):
            try:
                statement.look()
            except Exception:  # pylint: disable=broad-except
                # A look less does no harm; no looks at all would.
                traceback.print_exc()


def serve(spark) -> None:
    """Answers requests until stdin closes."""
    jvm = spark._jvm
    # spark-submit hands its stdin to the JVM, not to this process.
    stdin = getattr(jvm.java.lang.System, "in")
    lines = jvm.java.io.BufferedReader(jvm.java.io.InputStreamReader(stdin, "UTF-8"))
    running = {}
    threading.Thread(target=watch, args=[running], daemon=True).start()
    threads = ThreadPoolExecutor(THREADS, thread_name_prefix="statement")

    def run(statement: Statement) -> None:
        try:
            statement.run()
        finally:
            del running[statement.id]

    while True:
        line = lines.readLine()
        if line is None:
            return
        request = json.loads(line)
        if "cancel" not in request:
            statement = (Ingest if "ingest" in request else Statement)(spark, request)
            running[statement.id] = statement
            threads.submit(run, statement)
        elif request["cancel"] in running:
            running[request["cancel"]].cancel()


def main() -> None:
    started = time.monotonic()
    # Both outputs arrive as one; through one writer no line cuts into another.
    sys.stderr = sys.stdout
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_arguments(parser)
    options = parser.parse_args()
    extra = {
        "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        "spark.sql.defaultCatalog": CATALOG,
        f"spark.sql.catalog.{CATALOG}.default-namespace": options.namespace,
        # Iceberg keeps a table's metadata for 30 seconds, and so misses what Trino commits.
        f"spark.sql.catalog.{CATALOG}.cache-enabled": "false",
        "spark.scheduler.mode": "FAIR",
        # Spark makes this folder for its own catalog, which nothing here uses.
        "spark.sql.warehouse.dir": os.path.join(tempfile.gettempdir(), "spark-warehouse"),
    }
    spark = session(options, "notebook", extra)
    if not spark.sparkContext.getConf().contains(SHUFFLE):
        # Spark's own 200 cost seconds on a few cores, whatever the amount of data.
        spark.conf.set(SHUFFLE, str(4 * spark.sparkContext.defaultParallelism))
    ready = {
        "pid": spark._jvm.java.lang.ProcessHandle.current().pid(),
        "spark": spark.version,
        "iceberg": spark._jvm.org.apache.iceberg.IcebergBuild.version(),
        "seconds": round(time.monotonic() - started, 3),
    }
    emit("ready", ready)
    code = 1
    try:
        serve(spark)
        spark.sparkContext.cancelAllJobs()
        spark.stop()
        code = 0
    finally:
        # Threads that still wait for an answer of Spark must not hold the exit up.
        os._exit(code)


if __name__ == "__main__":
    main()
