"""Columns of Parquet files that others wrote, as the table takes them.

A column of another type is cast where no value loses anything by it: always, or
for values that are looked at before anything is written. What cannot be cast is
left to whoever asks, to be told in a sentence.
"""

from dataclasses import dataclass

TABLE_TYPES = {"string": "STRING", "long": "BIGINT", "double": "DOUBLE", "timestamp": "TIMESTAMP"}
# So many digits survive in a double, whatever they are.
DOUBLE_DIGITS = 15


@dataclass(frozen=True)
class Found:
    """A column of a file, in the file's own words."""

    physical: str
    logical: str = ""
    # Digits of a decimal.
    precision: int = 0
    scale: int = 0
    # MILLIS, MICROS or NANOS of a timestamp, and whether it is an instant.
    unit: str = ""
    is_utc: bool = False
    # Of a whole number that says so.
    bits: int = 0
    is_signed: bool = True

    def __str__(self) -> str:
        return f"{self.physical} ({self.logical})" if self.logical else self.physical


@dataclass(frozen=True)
class Cast:
    """How a column is read, and what becomes of it: SQL in which {x} is the column."""

    # The type that Spark reads it as; none for a column of nulls alone.
    read_as: str
    value: str = "{x}"
    # Whether a value loses nothing, and what it is when it does.
    is_exact: str = ""
    loss: str = ""


def describe(field) -> Found:
    """A field of a Parquet schema, as Java has it."""
    if not field.isPrimitive():
        return Found("nested")
    primitive = field.asPrimitiveType()
    physical = primitive.getPrimitiveTypeName().toString().lower()
    logical = primitive.getLogicalTypeAnnotation()
    if logical is None:
        return Found(physical)
    text = logical.toString()
    kind, _, rest = text.rstrip(")").partition("(")
    of_kind = [each.strip() for each in rest.split(",")]
    if kind == "DECIMAL":
        return Found(physical, text, precision=int(of_kind[0]), scale=int(of_kind[1]))
    if kind == "TIMESTAMP":
        return Found(physical, text, unit=of_kind[0], is_utc=of_kind[1] == "true")
    if kind == "INTEGER":
        return Found(physical, text, bits=int(of_kind[0]), is_signed=of_kind[1] == "true")
    return Found(physical, text)


def number_type(found: Found) -> str:
    """What Spark reads a whole number or a decimal as; nothing for other columns."""
    if found.precision:
        return f"DECIMAL({found.precision}, {found.scale})"
    if found.physical not in ("int32", "int64") or found.logical and not found.bits:
        return ""
    bits = found.bits or int(found.physical[3:])
    signed = {8: "TINYINT", 16: "SMALLINT", 32: "INT", 64: "BIGINT"}
    # The next larger one holds what has no sign.
    unsigned = {8: "SMALLINT", 16: "INT", 32: "BIGINT", 64: "DECIMAL(20, 0)"}
    return (signed if found.is_signed else unsigned)[bits]


def to_long(found: Found) -> Cast | None:
    read_as = number_type(found)
    if read_as.startswith("DECIMAL"):
        value = "try_cast({x} AS BIGINT)"
        return Cast(read_as, value, f"coalesce({value} = {{x}}, false)", "are no whole numbers of 64 bits")
    if read_as:
        return Cast(read_as, "CAST({x} AS BIGINT)")
    # Beyond it they no longer tell one whole number from the next.
    digits = {"double": 53, "float": 24}.get(found.physical)
    if not digits:
        return None
    exact = f"{{x}} = rint({{x}}) AND abs({{x}}) <= {2**digits}D"
    return Cast(found.physical.upper(), "CAST({x} AS BIGINT)", exact, f"are no whole numbers up to 2^{digits}")


def to_double(found: Found) -> Cast | None:
    value = "CAST({x} AS DOUBLE)"
    read_as = number_type(found)
    if read_as.startswith("DECIMAL") and not 0 < found.precision <= DOUBLE_DIGITS:
        exact = f"coalesce(try_cast({value} AS {read_as}) = {{x}}, false)"
        return Cast(read_as, value, exact, "have more digits than a double")
    if read_as == "BIGINT" and found.physical == "int64":
        return Cast(read_as, value, f"{{x}} BETWEEN -{2**53}L AND {2**53}L", "are beyond 2^53")
    if read_as or found.physical == "float":
        return Cast(read_as or "FLOAT", value)
    return Cast("DOUBLE") if found.physical == "double" else None


def to_string(found: Found, spark: str) -> Cast | None:
    if found.physical != "binary":
        return None
    if found.logical in ("STRING", "UTF8", "ENUM", "JSON"):
        return Cast("STRING")
    if found.logical:
        return None
    value = "CAST({x} AS STRING)"
    is_old = spark.startswith("3.")
    exact = "encode(decode({x}, 'UTF-8'), 'UTF-8') = {x}" if is_old else f"is_valid_utf8({value})"
    return Cast("BINARY", value, exact, "are no text of UTF-8")


def to_timestamp(found: Found, by_spark: bool) -> Cast | None:
    if found.physical == "int96":
        # Spark's have microseconds; others' may have nanoseconds, which Spark drops.
        return Cast("TIMESTAMP") if by_spark else None
    if found.unit == "NANOS":
        return Cast("BIGINT", "timestamp_micros({x} DIV 1000)", "{x} % 1000 = 0", "have nanoseconds")
    if found.unit:
        # Chicago's wall-clock time is kept as if it were UTC.
        return Cast("TIMESTAMP" if found.is_utc else "TIMESTAMP_NTZ", "CAST({x} AS TIMESTAMP)")
    return None


# A column of nulls alone is of any type.
ONLY_NULLS = Cast("", "NULL")


def cast_for(wanted: str, found: Found, by_spark: bool, spark: str) -> Cast | None:
    """How a column becomes one of the table's; None when it cannot.

    `by_spark` says whether Spark wrote the file, `spark` which version reads it.
    """
    if found.logical in ("NULL", "UNKNOWN"):
        return ONLY_NULLS
    if wanted in ("string", "timestamp") and found == Found("int32"):
        # Arrow's columns of nulls alone, which say no more to this version of Parquet.
        return Cast("INT", "NULL", "false", f"are no {wanted}")
    if wanted == "string":
        return to_string(found, spark)
    if wanted == "timestamp":
        return to_timestamp(found, by_spark)
    return to_long(found) if wanted == "long" else to_double(found)
