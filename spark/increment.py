"""What a table gets beside what it has: on a branch of the attempt, until the table's readers get it."""

import json
from contextlib import contextmanager

from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame, SparkSession

from lakehouse import CATALOG, causes, quoted
from publication import HELD, Publication, identifier, snapshots, was_refused
from registration import MAPPING, name_mapping, require_as_is
from staged_files import IngestError

KEY = "unique_key"


class MovedOn(Exception):
    """The table changed between the look at it and the commit; a further attempt may have more luck."""


class Increment(Publication):
    """Rows for a table that is there."""

    def __init__(self, spark: SparkSession, options) -> None:
        super().__init__(spark, options)
        self.table = self.catalog.loadTable(self.identifier).table()
        self.table.refresh()
        self.names = ([options.namespace, options.table], f"branch_{self.id}")
        self.branch = quoted(CATALOG, options.namespace, options.table, f"branch_{self.id}")
        self.rows = 0

    def held(self) -> dict | None:
        """The staged files whose rows the table has; nothing where its history does not say."""
        snapshot = None
        for snapshot in snapshots(self.table, "main"):
            said = snapshot.summary().get(HELD)
            if said is not None:
                return json.loads(said)
        return {} if snapshot is None else None

    def __enter__(self):
        super().__enter__()
        # That of held(), so that nobody's commit comes between.
        self.before = self.table.currentSnapshot()
        on = [self.before.snapshotId()] if self.before else []
        self._change_branches(self.table, lambda branches: branches.createBranch(self.id, *on))
        self.rows = self.count(self.branch)
        return self

    def count(self, table: str) -> int:
        return self.spark.sql(f"SELECT count(*) AS n FROM {table}").first()["n"]

    @contextmanager
    def _on_branch(self):
        try:
            yield
        except Py4JJavaError as error:
            # Which is how a catalog refuses what was written while another commit came.
            said = [str(each.getMessage()) for each in causes(error.java_exception)]
            if any("older than last sequence number" in words for words in said):
                raise MovedOn from error
            raise

    def append(self, rows: DataFrame, held: dict) -> int:
        """Adds the rows; returns how many there are more."""
        place = identifier(self.spark, *self.names)
        with self._on_branch():
            self._append(rows, self.catalog.loadTable(place), place, held)
        return self._added()

    def register(self, files: list, columns: list, held: dict) -> int:
        """Takes the files as they are; returns how many rows there are more."""
        require_as_is(self.table, files, columns)
        if not self.table.properties().containsKey(MAPPING):
            self.table.updateProperties().set(MAPPING, name_mapping(self.spark, self.table)).commit()
        with self._on_branch():
            self._register(files, self.table.newFastAppend().toBranch(self.id), held)
        return self._added()

    def merge(self, rows: DataFrame, held: dict) -> int:
        """Adds the rows in the place of those with their keys; returns how many were read for it."""
        rows.createOrReplaceTempView("staged")
        first = self.spark.sql(
            f"SELECT {KEY}, count(*) AS n FROM staged GROUP BY 1 HAVING n > 1 OR {KEY} IS NULL ORDER BY n DESC LIMIT 1"
        ).first()
        if first:
            raise IngestError(
                f"Cannot merge into {self.label}",
                f"{first['n']} staged rows have the {KEY} {first[KEY]!r}" if first[KEY] else f"{first['n']} staged rows have no {KEY}",
                "keep one row of each key, upload and ingest again; the table is as it was",
            )
        keys = f"SELECT {KEY} FROM {self.branch}"
        replaced = self.count(f"staged WHERE {KEY} IN ({keys})")
        # Beyond the first of a key there may be others, of which each is replaced.
        statement = (
            f"MERGE INTO {self.branch} t USING staged s ON t.{KEY} = s.{KEY} "
            "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
        )
        with self._on_branch():
            self._sql(statement, held)
        return self._added() + replaced

    def _added(self) -> int:
        self._require_alive()
        self.table.refresh()
        self.summary = dict(self.table.snapshot(self.id).summary())
        self.total = self.count(self.branch)
        return self.total - self.rows

    def _sql(self, statement: str, held: dict) -> None:
        """Runs a statement whose snapshot says which files are held, which SQL has no words for."""
        jvm = self.spark._jvm
        invoke = jvm.java.lang.invoke
        session = self.spark._jsparkSession
        types = self.spark.sparkContext._gateway.new_array(jvm.java.lang.Class, 1)
        types[0] = jvm.java.lang.Class.forName("java.lang.String")
        run = invoke.MethodHandles.publicLookup().unreflect(session.getClass().getMethod("sql", types))
        arguments = self.spark.sparkContext._gateway.new_array(jvm.java.lang.Object, 1)
        arguments[0] = statement
        call = invoke.MethodHandles.insertArguments(run.bindTo(session), 0, arguments)
        task = jvm.java.lang.Class.forName("java.util.concurrent.Callable")
        runtime = jvm.java.lang.Class.forName("java.lang.RuntimeException")
        jvm.org.apache.iceberg.spark.CommitMetadata.withCommitProperties(
            {HELD: json.dumps(held)}, invoke.MethodHandleProxies.asInterfaceInstance(task, call), runtime
        )

    def publish(self) -> int:
        """Returns the snapshot that readers see from now on; MovedOn when they see another than before."""
        changes = self.table.newTransaction()
        if changes.table().currentSnapshot() != self.before:
            raise MovedOn
        head = changes.table().snapshot(self.id).snapshotId()
        changes.manageSnapshots().fastForwardBranch("main", self.id).removeBranch(self.id).commit()
        try:
            self._commit(changes.commitTransaction)
        except Py4JJavaError as error:
            if was_refused(self.spark, error):
                raise MovedOn from error
            raise
        return head
