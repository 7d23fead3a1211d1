"""What a table is to hold next: written where no reader looks, then published by one commit.

An attempt is known by an id that stands in the names of its data files. As long as it
is neither published nor removed, a record of it lies in the bucket of staging: what a
killed attempt has left, the next one removes.
"""

import json
import os
import socket
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass
from urllib.parse import quote

from py4j.java_gateway import is_instance_of
from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame, SparkSession

from lakehouse import CATALOG, quoted
from staged_files import IngestError

# After so long an attempt of another machine is taken for dead.
DEAD_MS = 24 * 60 * 60 * 1000
RECORDS = "_ingests"


def birth(pid: int) -> str:
    """When a process of this machine began, in ticks; nothing when it has ended."""
    try:
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            fields = file.read().rpartition(")")[2].split()
    except ProcessLookupError:
        return ""
    except OSError:
        # Of another user, or a system that does not tell.
        return "unknown"
    return "" if fields[0] == "Z" else fields[19]


@dataclass
class Record:
    """An attempt: who makes it, and where."""

    host: str
    pid: int
    birth: str
    location: str
    # The snapshot, once it is written.
    snapshot: int = 0

    def __post_init__(self) -> None:
        self.pid, self.snapshot = int(self.pid), int(self.snapshot)


class Publication:
    """A table that is written, but not seen before publish().

    Leaving it as a context removes what was written and not published.
    """

    def __init__(self, spark: SparkSession, options, schema, properties: dict) -> None:
        jvm = spark._jvm
        connector = jvm.org.apache.spark.sql.connector
        new_array = spark.sparkContext._gateway.new_array
        self.spark = spark
        self.name = quoted(CATALOG, options.namespace, options.table)
        self.id = f"ingest-{uuid.uuid4()}"
        self.tried = False
        names = new_array(jvm.java.lang.String, 1)
        names[0] = options.namespace
        self.identifier = connector.catalog.Identifier.of(names, options.table)
        self.catalog = spark._jsparkSession.sessionState().catalogManager().catalog(CATALOG)
        # As CREATE OR REPLACE TABLE … AS SELECT does it, up to its commit.
        self.staged = self.catalog.stageCreateOrReplace(
            self.identifier, schema, new_array(connector.expressions.Transform, 0), properties
        )
        self.table = self.staged.table()
        self.store = jvm.org.apache.iceberg.aws.s3.S3FileIO()
        self.store.initialize(
            {
                "s3.endpoint": options.minio_host,
                "s3.path-style-access": "true",
                "client.region": os.environ.get("AWS_REGION", "us-east-1"),
            }
        )
        place = [quote(each, safe="") for each in (options.warehouse, options.namespace, options.table)]
        bucket = options.staging.split("/")[2]
        self.folder = "/".join(["s3:/", bucket, RECORDS, *place]) + "/"

    def __enter__(self):
        pid = os.getpid()
        self.record = Record(socket.gethostname(), pid, birth(pid), self.table.location())
        self._keep()
        self._remove_left()
        return self

    def __exit__(self, *_) -> None:
        # Of a commit without an answer the next attempt finds out what became.
        if not self.tried:
            # Why it was not published is told, and what stays is the next one's to remove.
            with suppress(Py4JJavaError):
                self._remove(self.id, self.record)
        self.store.close()

    def _keep(self) -> None:
        stream = self.store.newOutputFile(f"{self.folder}{self.id}").createOrOverwrite()
        stream.write(json.dumps(asdict(self.record)).encode())
        stream.close()

    def write(self, rows: DataFrame) -> dict:
        """Writes the rows; returns what the snapshot says of them."""
        jvm = self.spark._jvm
        sql = jvm.org.apache.spark.sql
        empty = jvm.java.util.Optional.empty()
        options = sql.util.CaseInsensitiveStringMap.empty()
        # Spark would take an id that nobody knows beforehand.
        info = sql.connector.write.LogicalWriteInfoImpl(self.id, rows._jdf.schema(), options, empty, empty)
        write = self.staged.newWriteBuilder(info).build()
        option = jvm.scala.Option.apply
        plan = sql.catalyst.plans.logical.AppendData(
            sql.execution.datasources.v2.DataSourceV2Relation.create(
                self.staged, option(self.catalog), option(self.identifier)
            ),
            rows._jdf.queryExecution().analyzed(),
            getattr(getattr(jvm.scala.collection.immutable, "Map$"), "MODULE$").empty(),
            True,
            option(write),
            jvm.scala.Option.empty(),
        )
        state = self.spark._jsparkSession.sessionState()
        state.executePlan(plan, getattr(state, "executePlan$default$2")()).assertCommandExecuted()
        if not self.store.newInputFile(f"{self.folder}{self.id}").exists():
            raise IngestError(f"Cannot publish {self.name}", "another ingest took this one for dead", "ingest again")
        snapshot = self.table.currentSnapshot()
        self.record.snapshot = snapshot.snapshotId()
        self._keep()
        return dict(snapshot.summary())

    def publish(self) -> int:
        """The one commit; returns the snapshot that readers see from now on."""
        self.tried = True
        try:
            self.staged.commitStagedChanges()
        except Py4JJavaError as error:
            refused = "org.apache.iceberg.exceptions.CleanableFailure"
            self.tried = not is_instance_of(self.spark.sparkContext._gateway, error.java_exception, refused)
            raise
        self.store.deleteFile(f"{self.folder}{self.id}")
        return self.record.snapshot

    def _remove_left(self) -> None:
        """Removes what attempts that have ended left behind."""
        found = list(self.store.listPrefix(self.folder).iterator())
        now = max(file.createdAtMillis() for file in found)
        for file in found:
            attempt = file.location().rpartition("/")[2]
            try:
                stream = self.store.newInputFile(file.location()).newStream()
                record = Record(**json.loads(bytes(stream.readNBytes(10_000))))
                stream.close()
            except (Py4JJavaError, TypeError, ValueError):
                # It ended meanwhile, or nobody knows what it is.
                continue
            is_old = now - file.createdAtMillis() > DEAD_MS
            is_here = record.host == self.record.host
            is_dead = birth(record.pid) != record.birth if is_here else is_old
            if is_dead and not self._is_needed(attempt, record):
                self._remove(attempt, record)
            elif is_dead:
                self.store.deleteFile(file.location())

    def _is_needed(self, attempt: str, record: Record) -> bool:
        """Whether a table may have the files of an attempt that has ended."""
        if record.location != self.table.location():
            # Of a table there nothing is known, but whether there ever was one.
            return any(name.endswith(".metadata.json") for name in self._under(record.location, "metadata"))
        if not self.catalog.tableExists(self.identifier):
            return False
        files = f"SELECT 1 FROM {self.name}.all_data_files WHERE contains(file_path, '-{attempt}-') LIMIT 1"
        return self.table.snapshot(record.snapshot) is not None or bool(self.spark.sql(files).collect())

    def _under(self, location: str, folder: str) -> list[str]:
        return [file.location() for file in self.table.io().listPrefix(f"{location}/{folder}/").iterator()]

    def _remove(self, attempt: str, record: Record) -> None:
        """Removes what an attempt wrote, and its record at last."""
        written = [name for name in self._under(record.location, "data") if f"-{attempt}-" in name]
        if record.snapshot:
            metadata = self._under(record.location, "metadata")
            lists = [name for name in metadata if f"/snap-{record.snapshot}-" in name]
            # Its manifests share the list's own id.
            ids = [name.rpartition(".")[0][-36:] for name in lists]
            written += lists + [name for name in metadata if any(f"/{each}-m" in name for each in ids)]
        for name in written:
            self.table.io().deleteFile(name)
        self.store.deleteFile(f"{self.folder}{attempt}")
