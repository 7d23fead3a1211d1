"""What a table gets beside what it has: on a branch of the attempt, until the table's readers get it."""

import json
from contextlib import contextmanager

from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import broadcast

from lakehouse import CATALOG, causes, quoted
from publication import HELD, Publication, identifier, snapshots, was_refused
from registration import MAPPING, name_mapping, require_as_is
from staged_files import IngestError

KEY = "unique_key"
# So many keys are held in memory, beside which a table's files are read in their order.
FEW_KEYS = 500_000
# In which the rows that stay are put in order again, where there are more keys.
MOST_TASKS = 200


class MovedOn(Exception):
    """The table changed between the look at it and the commit; a further attempt may have more luck."""


def in_order(rows: DataFrame, files: list[str], tasks: int) -> DataFrame:
    """Rows with the place where they stood, as they stood there; each of the files is one task's."""
    spark = rows.sparkSession
    # A task gets whatever has its hash: one number for each task is found among many.
    tried = spark.sql(f"SELECT pmod(hash(id), {tasks}) AS task, max(id) AS id FROM range({100 * tasks}) GROUP BY 1")
    number = {row["task"]: row["id"] for row in tried.collect()}
    places = spark.createDataFrame(
        [(file, number[i * tasks // len(files)]) for i, file in enumerate(files)], "_file STRING, task BIGINT"
    )
    placed = rows.join(broadcast(places), "_file").repartition(tasks, "task")
    return placed.sortWithinPartitions("_file", "_pos").drop("task")


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

    def merge(self, rows: DataFrame, held: dict, count: int, expect) -> int:
        """Adds the rows, so many of them, in the place of those with their keys; returns how many were written.

        Rows that stay are written anew where their file has others that do not, in the file's order; `expect`
        is told how many tasks that takes.
        """
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
        hint = "/*+ BROADCAST(s) */" if count <= FEW_KEYS else ""
        # Of a key that the table has more than once each row is replaced.
        replaced = self.spark.sql(
            f"SELECT {hint} t._file AS file, count(*) AS n FROM {self.branch} t LEFT SEMI JOIN staged s ON t.{KEY} = s.{KEY} GROUP BY 1"
        )
        replaced = {row["file"]: row["n"] for row in replaced.collect()}
        files = self.table.newScan().useRef(self.id).planFiles()
        changed = [file for file in files.iterator() if file.file().location() in replaced] if replaced else []
        files.close()
        kept = [file for file in changed if file.file().recordCount() > replaced[file.file().location()]]
        if changed:
            self._require_all_columns(rows)
        with self._files_at_hand(kept) as stored:
            if kept:
                stored.createOrReplaceTempView("stored")
                stays = self.spark.sql(f"SELECT {hint} t.* FROM stored t LEFT ANTI JOIN staged s ON t.{KEY} = s.{KEY}")
                tasks = len(kept) if hint else min(len(kept), MOST_TASKS)
                if not hint:
                    stays = in_order(stays, [file.file().location() for file in kept], tasks)
                rows = stays.drop("_file", "_pos").unionByName(rows, allowMissingColumns=True)
                expect(tasks)
            self._overwrite(changed, rows, held)
        return self._added() + sum(replaced.values())

    def _require_all_columns(self, rows: DataFrame) -> None:
        more = [field.name() for field in self.table.schema().columns() if field.name() not in rows.columns]
        if more:
            raise IngestError(
                f"Cannot merge into {self.label}",
                f"it has columns that staged files do not fill, such as {more[0]}, and rows that are replaced would lose their values",
                "ingest new files alone with the mode append, or replace",
            )

    @contextmanager
    def _files_at_hand(self, files: list):
        """The rows of these files alone, a task each, with the place of each row; as Iceberg reads them to compact."""
        spark = self.spark._jvm.org.apache.iceberg.spark
        if not files:
            yield None
            return
        size = str(max(file.file().fileSizeInBytes() for file in files))
        spark.ScanTaskSetManager.get().stageTasks(self.table, self.id, files)
        try:
            read = self.spark.read.option("scan-task-set-id", self.id)
            stored = read.option("split-size", size).option("file-open-cost", size).table(self.branch)
            yield stored.select("*", "_file", "_pos", *self._lineage())
        finally:
            spark.ScanTaskSetManager.get().removeTasks(self.table, self.id)

    def _lineage(self) -> list[str]:
        """Columns by which a row stays the same row, in tables that have them."""
        has_ids = self.table.operations().current().formatVersion() >= 3
        return ["_row_id", "_last_updated_sequence_number"] if has_ids else []

    def _overwrite(self, files: list, rows: DataFrame, held: dict) -> None:
        """Puts rows in the place of these files by one snapshot."""
        spark = self.spark._jvm.org.apache.iceberg.spark
        written = spark.FileRewriteCoordinator.get()
        place = identifier(self.spark, *self.names)
        is_lined = any(name in rows.columns for name in self._lineage())
        # A table as compaction sees it takes those columns as well.
        target = spark.source.SparkTable(self.table, None, False, True) if is_lined else self.catalog.loadTable(place)
        with self._on_branch():
            # Files that are written for this id wait for whoever commits them.
            self._write(rows, target, place, {"rewritten-file-scan-task-set-id": self.id})
            change = self.table.newOverwrite().toBranch(self.id).set(HELD, json.dumps(held))
            for file in files:
                change.deleteFile(file.file())
            for file in written.fetchNewFiles(self.table, self.id):
                change.addFile(file)
            written.clearRewrite(self.table, self.id)
            change.commit()

    def _added(self) -> int:
        self._require_alive()
        self.table.refresh()
        self.summary = dict(self.table.snapshot(self.id).summary())
        self.total = self.count(self.branch)
        return self.total - self.rows

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
