"""Parquet files of staging: looked at before anything is written, and read with the
table's types.
"""

import re
from dataclasses import dataclass
from functools import reduce
from urllib.parse import unquote

from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import input_file_name

from staged_columns import ONLY_NULLS, TABLE_TYPES, Cast, Found, cast_for, describe

# Of Parquet's codecs those that Spark comes without.
NO_CODECS = {"BROTLI", "LZO"}
# What such names begin with Spark passes over without a word.
HIDDEN = ("_", ".")
# More files than this, each smaller than SMALL, are not written as so many: a task
# takes those that come one after another, up to TOGETHER.
FEW = 100
SMALL = 1024**2
TOGETHER = 16 * 1024**2
# Of files that cannot be ingested so many are named.
MOST_NAMED = 5
# How Spark names the file that a task failed at.
READING = re.compile(r"while reading file (\S+\.parquet)")

# Schemas by their text: files are mostly alike, and each look at a column is a call into the JVM.
DESCRIBED = {}


class IngestError(Exception):
    """A failure a user can act on."""

    def __init__(self, what: str, why: str, next_step: str) -> None:
        super().__init__(what)
        self.parts = {"what": what, "why": why, "next": next_step}


def staged_files(spark: SparkSession, staging: str) -> list:
    new_path = spark._jvm.org.apache.hadoop.fs.Path
    path = new_path(staging)
    store = path.getFileSystem(spark._jsc.hadoopConfiguration())
    # An upload puts it there before it changes anything, and removes it at its end.
    if path.getParent() and store.exists(new_path(path.getParent(), f"_uploads/{path.getName()}")):
        raise IngestError(
            f"Cannot ingest from {staging}",
            "an upload into it has not come to its end, so that files are missing or of another set",
            "let it end, or upload again (notebook 03, or deno task analyze); then ingest",
        )
    found = store.globStatus(new_path(path, "*.parquet"))
    files = sorted(found or [], key=lambda status: status.getPath().toString())
    if not files:
        raise IngestError(
            f"Cannot ingest from {staging}",
            "it holds no Parquet files",
            "run notebook 03, or deno task analyze, which uploads them",
        )
    return files


def file_name(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def refused(path: str, problems: list, others: list) -> IngestError:
    """A file that cannot be ingested as it is, and paths of others."""
    name = file_name(path)
    more = ""
    if others:
        names = ", ".join(file_name(other) for other in others[:MOST_NAMED])
        dots = ", …" if len(others) > MOST_NAMED else ""
        more = f"; {len(others)} more file{'s' * (len(others) > 1)} cannot either: {names}{dots}"
    return IngestError(
        f"Cannot ingest {name}",
        "; ".join(problems) + more,
        f"write {name} again with the types and the name that are wanted, or move it out of PARQUET_DIR; "
        "then upload and ingest again. Nothing was written",
    )


@dataclass(frozen=True)
class StagedFile:
    """A file of staging, by its footer."""

    path: str
    rows: int
    # How each column of the table is read from it.
    casts: tuple[Cast, ...]
    problems: tuple[str, ...]
    # All its columns.
    found: dict[str, Found]
    # Changes with what it holds.
    version: str
    etag: str
    bytes: int
    # Whether its columns have numbers, by which Iceberg would read them.
    has_ids: bool

    @property
    def name(self) -> str:
        return file_name(self.path)

    @property
    def identity(self) -> list:
        """What tells that a table has these very rows."""
        return [self.etag, self.rows]


def version(status) -> str:
    return f"{status.getEtag()} {status.getLen()} {status.getModificationTime()}"


def only_nulls(reader, name: str) -> bool:
    """Whether a column has no value in the whole file, as its footer counts them."""
    chunks = [
        chunk
        for group in reader.getRowGroups()
        for chunk in group.getColumns()
        if chunk.getPath().toDotString() == name
    ]
    statistics = [(chunk.getStatistics(), chunk.getValueCount()) for chunk in chunks]
    return bool(chunks) and all(
        found is not None and found.isNumNullsSet() and found.getNumNulls() == values
        for found, values in statistics
    )


def described(schema) -> tuple[dict[str, Found], bool]:
    """A schema's columns, and whether they have numbers."""
    text = schema.toString()
    if text not in DESCRIBED:
        fields = list(schema.getFields())
        has_ids = any(field.getId() is not None for field in fields)
        DESCRIBED[text] = {field.getName(): describe(field) for field in fields}, has_ids
    return DESCRIBED[text]


def footer_reader(spark: SparkSession):
    """Opens files by their status; the names are looked up once, since each look is some calls into the JVM."""
    parquet = spark._jvm.org.apache.parquet.hadoop
    source, read = parquet.util.HadoopInputFile.fromStatus, parquet.ParquetFileReader.open
    hadoop = spark._jsc.hadoopConfiguration()
    return lambda status: read(source(status, hadoop))


def staged_file(spark_version: str, read_footer, status, columns: list) -> StagedFile:
    """Reads a file's footer; fails when it is no whole Parquet file."""
    path = status.getPath().toString()
    try:
        reader = read_footer(status)
    except Py4JJavaError as error:
        raise IngestError(
            f"Cannot read {path}",
            f"it is no whole Parquet file ({error.java_exception.getMessage()})",
            "remove it from PARQUET_DIR and from staging, generate and upload again",
        ) from error
    try:
        metadata = reader.getFileMetaData()
        found, has_ids = described(metadata.getSchema())
        by_spark = metadata.getKeyValueMetaData().containsKey("org.apache.spark.version")
        # Python's slice of a Java list would call for each of its columns.
        codecs = {group.getColumns().get(0).getCodec().name() for group in reader.getRowGroups() if found}
        rows = reader.getRecordCount()
    finally:
        reader.close()
    problems = [f"it is compressed with {codec}" for codec in sorted(codecs & NO_CODECS)]
    if file_name(path).startswith(HIDDEN):
        problems.append("its name begins as those do that Spark takes for hidden, and reads no row of")
    casts = []
    for column in columns:
        name, wanted = column["name"], column["type"]
        if name not in found:
            other = next((each for each in found if each.lower() == name.lower()), None)
            problems.append(f'column "{name}" is missing' + (f', "{other}" is there' if other else ""))
            continue
        cast = cast_for(wanted, found[name], by_spark, spark_version)
        if cast is None and only_nulls(reader, name):
            cast = ONLY_NULLS
        casts.append(cast)
        if cast is None:
            problems.append(f'column "{name}" is {found[name]}, not {wanted}')
    return StagedFile(path, rows, tuple(casts), tuple(problems), found, version(status), status.getEtag(), status.getLen(), has_ids)


def column_sql(template: str, name: str) -> str:
    return template.format(x=f"`{name}`")


def check_values(stored: DataFrame, files: list, named: list) -> None:
    """Fails when a value of these files would lose something by its column's cast."""
    checked = [each for each in named if each[2].is_exact]
    if not checked:
        return
    sums, losses = [], []
    for i, (name, _, cast) in enumerate(checked):
        loses = f"`{name}` IS NOT NULL AND NOT ({column_sql(cast.is_exact, name)})"
        sums.append(f"count_if({loses}) AS count_{i}")
        sums.append(f"min(CAST(CASE WHEN {loses} THEN `{name}` END AS STRING)) AS such_{i}")
        losses.append(f"count_{i} > 0")
    stored.createOrReplaceTempView("stored")
    bad = stored.sparkSession.sql(
        f"SELECT * FROM (SELECT input_file_name() AS file, {', '.join(sums)} FROM stored GROUP BY 1) "
        f"WHERE {' OR '.join(losses)} ORDER BY file"
    ).collect()
    if not bad:
        return
    paths = [unquote(row["file"]) for row in bad]
    first = paths[0]
    found = next(file.found for file in files if file_name(file.path) == file_name(first))
    problems = [
        f'column "{name}" is {found[name]}, not {wanted}, and {bad[0][f"count_{i}"]} of its values '
        f'{cast.loss}, such as {bad[0][f"such_{i}"]}'
        for i, (name, wanted, cast) in enumerate(checked)
        if bad[0][f"count_{i}"]
    ]
    raise refused(first, problems, paths[1:])


def literal_paths(files: list) -> list:
    # A path is a pattern to Spark.
    return [re.sub(r"([\\\[\]{}*?])", r"\\\1", file.path) for file in files]


def require_read(stored: DataFrame, files: list) -> DataFrame:
    """The rows, when Spark reads all of these files."""
    read = {file_name(unquote(path)) for path in stored.inputFiles()}
    unread = [file.path for file in files if file_name(file.path) not in read]
    if unread:
        raise refused(unread[0], ["Spark does not read it"], unread[1:])
    return stored


def runs(files: list) -> list[list]:
    """The files by the task that reads them: each has one, but many small ones share it with their neighbours."""
    if len(files) <= FEW or any(file.bytes >= SMALL for file in files):
        return [[file] for file in files]
    found, size = [], TOGETHER
    for file in files:
        size += file.bytes
        if size > TOGETHER:
            found.append([])
            size = file.bytes
        found[-1].append(file)
    return found


def require_fit(files: list) -> None:
    wrong = [file for file in files if file.problems]
    if wrong:
        raise refused(wrong[0].path, wrong[0].problems, [file.path for file in wrong[1:]])


def staged_rows(spark: SparkSession, files: list) -> DataFrame:
    """All rows, with the columns that the files have."""
    require_fit(files)
    stored = spark.read.option("mergeSchema", "true").parquet(*literal_paths(files))
    return require_read(stored, files)


def trips_schema(spark: SparkSession, columns: list):
    """The schema of staged_trips(), without a look at a file."""
    types = [f"`{column['name']}` {TABLE_TYPES[column['type']]}" for column in columns]
    return spark._jvm.org.apache.spark.sql.types.StructType.fromDDL(", ".join(types))


def staged_trips(spark: SparkSession, files: list, columns: list) -> DataFrame:
    """All rows with the table's types; fails when a value would lose something."""
    require_fit(files)
    alike = {}
    for file in files:
        alike.setdefault(file.casts, []).append(file)
    parts = []
    for casts, group in alike.items():
        named = [(column["name"], column["type"], cast) for column, cast in zip(columns, casts)]
        schema = ", ".join(f"`{name}` {cast.read_as}" for name, _, cast in named if cast.read_as)
        reader = spark.read.schema(schema)
        together = runs(group)
        if len(together) == len(group):
            stored = reader.parquet(*literal_paths(group))
        else:
            # Spark would put together files of one size, of whatever times.
            stored = reduce(DataFrame.unionAll, [reader.parquet(*literal_paths(run)).coalesce(1) for run in together])
        require_read(stored, group)
        check_values(stored, group, named)
        parts.append(
            stored.selectExpr(
                *[
                    f"CAST({column_sql(cast.value, name)} AS {TABLE_TYPES[wanted]}) AS `{name}`"
                    for name, wanted, cast in named
                ]
            )
        )
    return reduce(DataFrame.unionAll, parts)


def check_written(table: str, rows: int, trips, files: list, now: list) -> None:
    """Fails when not every row that the footers count was written, or files changed meanwhile; `trips` reads them again."""
    versions = {status.getPath().toString(): version(status) for status in now}
    problems = [
        f"{file_name(file.path)} was {'changed' if file.path in versions else 'removed'} meanwhile"
        for file in files
        if versions.get(file.path) != file.version
    ]
    counted = sum(file.rows for file in files)
    if rows != counted and not problems:
        by_file = trips().groupBy(input_file_name().alias("file")).count().collect()
        read = {file_name(unquote(row["file"])): row["count"] for row in by_file}
        problems = [
            f"{file.rows} are in {file_name(file.path)} and {read.get(file_name(file.path), 0)} of them were read"
            for file in files
            if read.get(file_name(file.path)) != file.rows
        ]
    if rows == counted and not problems:
        return
    more = ["…"] * (len(problems) > MOST_NAMED)
    raise IngestError(
        f"Cannot publish {table}",
        "; ".join([f"{counted} rows were staged and {rows} were written", *problems[:MOST_NAMED], *more]),
        "upload and ingest again; what was written is removed, and readers see the table as it was",
    )


def refused_reading(chain: list, why: str) -> IngestError | None:
    """The file that Spark failed to read, if one of these exceptions names it."""
    for exception in chain:
        named = READING.search(str(exception.getMessage()))
        if named:
            return refused(unquote(named[1]), [f"Spark cannot read it: {why}"], [])
    return None
