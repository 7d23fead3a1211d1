"""What a table is to hold next: written where no reader looks, then published by one commit.

An attempt is known by an id that stands in the names of its data files. As long as it
is neither published nor removed, a record of it lies in the bucket of staging: what a
killed attempt has left, the next one removes.
"""

import json
import os
import socket
import threading
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass
from urllib.parse import quote

from py4j.java_gateway import is_instance_of
from py4j.protocol import Py4JError, Py4JJavaError
from pyspark.sql import DataFrame, SparkSession

from lakehouse import CATALOG, quoted
from registration import MAPPING, copied, name_mapping, require_as_is
from staged_files import IngestError

# After so long an attempt of another machine is taken for dead.
DEAD_MS = 24 * 60 * 60 * 1000
# So long an attempt that failed waits for the removal of what it wrote.
REMOVAL_SECONDS = 30
# Of a change of a branch's name, in a table that others change meanwhile.
BRANCH_ATTEMPTS = 10
RECORDS = "_ingests"
# What a snapshot's summary says of the staged files whose rows the table has: by name, entity tag and rows.
HELD = "staged-files"


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


def identifier(spark: SparkSession, namespace: list, name: str):
    jvm = spark._jvm
    names = spark.sparkContext._gateway.new_array(jvm.java.lang.String, len(namespace))
    for i, each in enumerate(namespace):
        names[i] = each
    return jvm.org.apache.spark.sql.connector.catalog.Identifier.of(names, name)


def snapshots(table, ref: str):
    """A branch's snapshots, newest first, as far back as the table has them."""
    snapshot = table.snapshot(ref)
    while snapshot is not None:
        yield snapshot
        parent = snapshot.parentId()
        snapshot = None if parent is None else table.snapshot(parent)


def ancestors(table, ref: str) -> set:
    return {snapshot.snapshotId() for snapshot in snapshots(table, ref)}


def was_refused(spark: SparkSession, error: Py4JJavaError) -> bool:
    """Whether the catalog has committed nothing, as another commit came first."""
    name = "org.apache.iceberg.exceptions.CommitFailedException"
    return is_instance_of(spark.sparkContext._gateway, error.java_exception, name)


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

    def __init__(self, spark: SparkSession, options) -> None:
        jvm = spark._jvm
        self.spark = spark
        self.name = quoted(CATALOG, options.namespace, options.table)
        self.label = f"{options.namespace}.{options.table}"
        self.id = f"ingest-{uuid.uuid4()}"
        self.tried = False
        self.identifier = identifier(spark, [options.namespace], options.table)
        self.catalog = spark._jsparkSession.sessionState().catalogManager().catalog(CATALOG)
        self.store = jvm.org.apache.iceberg.aws.s3.S3FileIO()
        self.store.initialize(
            {
                "s3.endpoint": options.minio_host,
                "s3.path-style-access": str(options.s3_addressing == "path").lower(),
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
            # Why it was not published is told soon, also where nothing answers any more.
            removal = threading.Thread(target=self._try_remove, daemon=True)
            removal.start()
            removal.join(REMOVAL_SECONDS)
        self.close()

    def _try_remove(self) -> None:
        # What stays is the next attempt's to remove.
        with suppress(Py4JError, OSError):
            self._remove(self.id, self.record)

    def close(self) -> None:
        self.store.close()

    def _keep(self) -> None:
        stream = self.store.newOutputFile(f"{self.folder}{self.id}").createOrOverwrite()
        stream.write(json.dumps(asdict(self.record)).encode())
        stream.close()

    def _append(self, rows: DataFrame, target, identifier, held: dict) -> None:
        """Appends the rows to what is not published; `held` are the files whose rows are in it then."""
        self._write(rows, target, identifier, {f"snapshot-property.{HELD}": json.dumps(held)})

    def _write(self, rows: DataFrame, target, identifier, given: dict) -> None:
        jvm = self.spark._jvm
        sql = jvm.org.apache.spark.sql
        empty = jvm.java.util.Optional.empty()
        options = sql.util.CaseInsensitiveStringMap(given)
        # Spark would take an id that nobody knows beforehand.
        info = sql.connector.write.LogicalWriteInfoImpl(self.id, rows._jdf.schema(), options, empty, empty)
        write = target.newWriteBuilder(info).build()
        option = jvm.scala.Option.apply
        plan = sql.catalyst.plans.logical.AppendData(
            sql.execution.datasources.v2.DataSourceV2Relation.create(
                target, option(self.catalog), option(identifier)
            ),
            rows._jdf.queryExecution().analyzed(),
            getattr(getattr(jvm.scala.collection.immutable, "Map$"), "MODULE$").empty(),
            True,
            option(write),
            jvm.scala.Option.empty(),
        )
        state = self.spark._jsparkSession.sessionState()
        state.executePlan(plan, getattr(state, "executePlan$default$2")()).assertCommandExecuted()

    def _register(self, files: list, append, held: dict) -> None:
        append.set(HELD, json.dumps(held))
        for file in copied(self.spark, self.table, self.store, files, self.id):
            append.appendFile(file)
        append.commit()

    def _require_alive(self) -> None:
        if not self.store.newInputFile(f"{self.folder}{self.id}").exists():
            raise IngestError(f"Cannot publish {self.label}", "another ingest took this one for dead", "ingest again")

    def _commit(self, commit) -> None:
        """The one commit that readers see."""
        self.tried = True
        try:
            commit()
        except Py4JJavaError as error:
            refused = "org.apache.iceberg.exceptions.CleanableFailure"
            self.tried = not is_instance_of(self.spark.sparkContext._gateway, error.java_exception, refused)
            raise
        self.store.deleteFile(f"{self.folder}{self.id}")

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
            if is_dead:
                # There is none of an attempt that was published.
                self._remove_branch(attempt)
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

    def _change_branches(self, table, change) -> None:
        """Commits a change of branches, which Iceberg does not try again when others commit meanwhile."""
        for left in reversed(range(BRANCH_ATTEMPTS)):
            try:
                change(table.manageSnapshots()).commit()
                return
            except Py4JJavaError as error:
                if not left or not was_refused(self.spark, error):
                    raise
                table.refresh()

    def _under(self, location: str, folder: str) -> list[str]:
        return [file.location() for file in self.table.io().listPrefix(f"{location}/{folder}/").iterator()]

    def _remove_branch(self, attempt: str) -> None:
        """Removes the branch of an attempt that added to the table, and what it wrote there."""
        if not self.catalog.tableExists(self.identifier):
            return
        table = self.catalog.loadTable(self.identifier).table()
        table.refresh()
        head = table.snapshot(attempt)
        if head is None:
            return
        self._change_branches(table, lambda branches: branches.removeBranch(attempt))
        table.refresh()
        if all(head.snapshotId() not in ancestors(table, ref) for ref in table.refs().keySet()):
            table.expireSnapshots().expireSnapshotId(head.snapshotId()).commit()

    def _remove(self, attempt: str, record: Record) -> None:
        """Removes what an attempt wrote, and its record at last."""
        self._remove_branch(attempt)
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


class Replacement(Publication):
    """A whole table in the place of the one of before, or a new one."""

    def __init__(self, spark: SparkSession, options, schema, properties: dict) -> None:
        super().__init__(spark, options)
        transform = spark._jvm.org.apache.spark.sql.connector.expressions.Transform
        unpartitioned = spark.sparkContext._gateway.new_array(transform, 0)
        # As CREATE OR REPLACE TABLE … AS SELECT does it, up to its commit.
        self.staged = self.catalog.stageCreateOrReplace(self.identifier, schema, unpartitioned, properties)
        self.table = self.staged.table()

    def write(self, rows: DataFrame, held: dict) -> dict:
        """Writes the rows; returns what the snapshot says of them."""
        self._append(rows, self.staged, self.identifier, held)
        return self._written()

    def register(self, files: list, columns: list, held: dict) -> dict:
        """Takes the files as they are; returns what the snapshot says of them."""
        require_as_is(self.table, files, columns)
        self.table.updateProperties().set(MAPPING, name_mapping(self.spark, self.table)).commit()
        self._register(files, self.table.newFastAppend(), held)
        return self._written()

    def _written(self) -> dict:
        self._require_alive()
        snapshot = self.table.currentSnapshot()
        self.record.snapshot = snapshot.snapshotId()
        self._keep()
        return dict(snapshot.summary())

    def publish(self) -> int:
        """Returns the snapshot that readers see from now on."""
        self._commit(self.staged.commitStagedChanges)
        return self.record.snapshot
