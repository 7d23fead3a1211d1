"""Deletes by equality, which streams such as Flink's write and Spark's SQL has no
statement for:

    EQUALITY DELETE FROM lakehouse.lab.trips WHERE id = 2

Writes a file that names the value of an integer column, with Iceberg's own writers,
and commits it; no data file is read.
"""

import re

STATEMENT = re.compile(r"EQUALITY DELETE FROM (\S+) WHERE (\w+) = (\d+)$")


def equality_delete(spark, text: str) -> bool:
    """Runs the statement when it is one."""
    match = STATEMENT.match(text)
    if not match:
        return False
    name, column, value = match.groups()
    jvm = spark._jvm
    iceberg = jvm.org.apache.iceberg
    table = iceberg.spark.Spark3Util.loadIcebergTable(spark._jsparkSession, name)
    schema = table.schema().select([column])
    ids = spark.sparkContext._gateway.new_array(jvm.int, 1)
    ids[0] = schema.findField(column).fieldId()
    parquet = iceberg.FileFormat.PARQUET
    factory = (
        iceberg.data.GenericFileWriterFactory.Builder(table)
        .deleteFileFormat(parquet)
        .equalityFieldIds(ids)
        .equalityDeleteRowSchema(schema)
        .build()
    )
    files = iceberg.io.OutputFileFactory.builderFor(table, 1, 1).format(parquet).build()
    writer = factory.newEqualityDeleteWriter(files.newOutputFile(), table.spec(), None)
    record = iceberg.data.GenericRecord.create(schema)
    record.setField(column, int(value))
    writer.write(record)
    writer.close()
    table.newRowDelta().addDeletes(writer.toDeleteFile()).commit()
    return True
