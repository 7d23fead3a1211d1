"""Spark's types and values in the words of Trino's protocol.

lib/trino/types.ts reads both engines' rows, so that the same value of a table
is the same value in a notebook, whichever engine it came from.
"""

import base64
import datetime
import decimal
import math
import struct

from pyspark.sql import functions
from pyspark.sql.types import TimestampNTZType, TimestampType

# PySpark makes naive times of the process's own zone from the microseconds.
TimestampType.fromInternal = TimestampNTZType.fromInternal = lambda self, micros: micros

EPOCH = datetime.datetime(1970, 1, 1)
NAMES = {
    "string": "varchar",
    "binary": "varbinary",
    "int": "integer",
    "float": "real",
    "timestamp": "timestamp with time zone",
    "timestamp_ntz": "timestamp",
    "void": "unknown",
}


def signature(kind) -> dict:
    """The structure of a Spark type, as Trino describes one."""
    name = kind.typeName()
    if name == "array":
        return {"rawType": "array", "arguments": [_type(kind.elementType)]}
    if name == "map":
        return {"rawType": "map", "arguments": [_type(kind.keyType), _type(kind.valueType)]}
    if name == "struct":
        return {"rawType": "row", "arguments": [_field(field) for field in kind.fields]}
    # The simple string of a decimal has its digits, that of a varchar its length.
    simple = kind.simpleString().split("(")[0]
    return {"rawType": "varchar" if simple == "char" else NAMES.get(simple, simple)}


def _type(kind) -> dict:
    return {"kind": "TYPE", "value": signature(kind)}


def _field(field) -> dict:
    value = {"fieldName": {"name": field.name}, "typeSignature": signature(field.dataType)}
    return {"kind": "NAMED_TYPE", "value": value}


def with_pairs(frame):
    """The frame with lists of pairs for maps: no dict takes bytes or lists as keys."""
    if "map<" not in frame.schema.simpleString():
        return frame
    kinds = [field.dataType for field in frame.schema.fields]
    # By place, since names may come twice.
    named = frame.toDF(*map(str, range(len(kinds))))
    return named.select(*[_pairs(kind, functions.col(f"`{i}`")) for i, kind in enumerate(kinds)])


def _pairs(kind, column):
    if "map<" not in kind.simpleString():
        return column
    if kind.typeName() == "array":
        return functions.transform(column, lambda item: _pairs(kind.elementType, item))
    if kind.typeName() == "struct":
        fields = [
            _pairs(field.dataType, column.getField(field.name)).alias(field.name)
            for field in kind.fields
        ]
        return functions.when(column.isNotNull(), functions.struct(*fields))
    return functions.transform(
        functions.map_entries(column),
        lambda pair: functions.struct(
            _pairs(kind.keyType, pair["key"]), _pairs(kind.valueType, pair["value"])
        ),
    )


def encode(kind, value):
    """A value of with_pairs() as JSON holds it without losing a digit."""
    if value is None:
        return None
    name = kind.typeName()
    if name == "array":
        return [encode(kind.elementType, item) for item in value]
    if name == "map":
        return [[encode(kind.keyType, key), encode(kind.valueType, item)] for key, item in value]
    if name == "struct":
        return [encode(field.dataType, item) for field, item in zip(kind.fields, value)]
    if name in ("timestamp", "timestamp_ntz"):
        time = EPOCH + datetime.timedelta(microseconds=value)
        text = time.isoformat(sep=" ", timespec="microseconds")
        return f"{text} UTC" if name == "timestamp" else text
    if name == "float":
        return _finite(_shortest(value))
    if isinstance(value, float):
        return _finite(value)
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode("ascii")
    return value if isinstance(value, (bool, int, str)) else str(value)


def _finite(value: float):
    """JSON has no word for what is not finite; TypeScript's Number() reads these."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _shortest(value: float) -> float:
    """The number with the fewest digits that is the same 32-bit one: 0.1, not 0.10000000149."""
    if not math.isfinite(value):
        return value
    for digits in range(6, 9):
        short = float(f"{value:.{digits}g}")
        if struct.pack("f", short) == struct.pack("f", value):
            return short
    return value
