"""Staged files that become a table's data files as they are: copied by the store, never decoded."""

from concurrent.futures import ThreadPoolExecutor

from pyspark.sql import SparkSession

from staged_columns import Found
from staged_files import IngestError, StagedFile

# How a table's column has to stand in a file, by the type's name in Iceberg.
AS_IS = {
    "string": ("string", lambda found: found.physical == "binary" and found.logical in ("STRING", "UTF8")),
    "long": ("long", lambda found: found in (Found("int64"), Found("int64", found.logical, bits=64))),
    "double": ("double", lambda found: found == Found("double")),
    "timestamp": ("timestamptz", lambda found: found.unit == "MICROS" and found.is_utc),
}
# What one request may copy.
LARGEST = 5 * 1024**3
MAPPING = "schema.name-mapping.default"


def require_as_is(table, files: list[StagedFile], columns: list) -> None:
    """Fails where a file would be read as anything else than its rows."""

    def refuse(what: str, why: str):
        raise IngestError(f"Cannot register {what}", why, "ingest without register, which writes the rows anew")

    if table.spec().isPartitioned():
        refuse("files", "the table is partitioned, and their rows may be of several partitions")
    for column in columns:
        field = table.schema().findField(column["name"])
        if field is None or field.type().toString() != AS_IS[column["type"]][0]:
            refuse("files", f'the table\'s column "{column["name"]}" is {field.type().toString() if field else "missing"}')
    for file in files:
        if file.problems:
            refuse(file.name, "; ".join(file.problems))
        if file.has_ids:
            refuse(file.name, "its columns have numbers of another table's")
        if file.bytes > LARGEST:
            refuse(file.name, "it is larger than 5 GiB")
        for column in columns:
            found = file.found[column["name"]]
            if not AS_IS[column["type"]][1](found):
                refuse(file.name, f'column "{column["name"]}" is {found}, not as the table has its {column["type"]}')


def name_mapping(spark: SparkSession, table) -> str:
    """By which names of columns stand for the numbers that such files lack."""
    mapping = spark._jvm.org.apache.iceberg.mapping
    return mapping.NameMappingParser.toJson(mapping.MappingUtil.create(table.schema()))


def copied(spark: SparkSession, table, store, files: list[StagedFile], attempt: str) -> list:
    """Has the store copy the files into the table's folder; returns them as data files."""
    jvm = spark._jvm
    iceberg = jvm.org.apache.iceberg
    client = store.client()
    metrics_config = iceberg.MetricsConfig.forTable(table)
    names = iceberg.mapping.MappingUtil.create(table.schema())

    def copy(numbered: tuple[int, StagedFile]):
        number, file = numbered
        source_bucket, source_key = file.path.split("://", 1)[1].split("/", 1)
        to = f"{table.location()}/data/{number:05}-{attempt}-{file.rows}.parquet"
        bucket, key = to.split("://", 1)[1].split("/", 1)
        request = jvm.software.amazon.awssdk.services.s3.model.CopyObjectRequest.builder()
        request = request.sourceBucket(source_bucket).sourceKey(source_key).copySourceIfMatch(f'"{file.etag}"')
        client.copyObject(request.destinationBucket(bucket).destinationKey(key).build())
        source = store.newInputFile(to, file.bytes)
        metrics = iceberg.parquet.ParquetUtil.fileMetrics(source, metrics_config, names)
        builder = iceberg.DataFiles.builder(table.spec()).withInputFile(source)
        return builder.withFormat("parquet").withMetrics(metrics).build()

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(copy, enumerate(files)))
