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
from pyspark.sql.types import (
    DateType,
    DayTimeIntervalType,
    TimestampNTZType,
    TimestampType,
    YearMonthIntervalType,
)

# PySpark makes naive times of the process's own zone from the microseconds, knows
# the years 1 to 9999 only, and takes no months.
for _kind in (DateType, DayTimeIntervalType, TimestampNTZType, TimestampType, YearMonthIntervalType):
    _kind.fromInternal = lambda self, number: number

DAY = 86_400_000_000
# Days from 0001-01-01 to 1970-01-01, and of 400 years, after which dates come again.
EPOCH = 719_162
CYCLE = 146_097
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
    if simple.startswith("interval "):
        months = simple.split()[-1] in ("year", "month")
        return {"rawType": "interval year to month" if months else "interval day to second"}
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
        days, micros = divmod(value, DAY)
        text = f"{_date(days)} {_clock(micros)}"
        return f"{text} UTC" if name == "timestamp" else text
    if name == "date":
        return _date(value)
    if name == "daytimeinterval":
        days, micros = divmod(abs(value), DAY)
        text = f"{days} {_clock(micros)}"
        # Trino's have milliseconds.
        return ("-" if value < 0 else "") + (text if value % 1000 else text[:-3])
    if name == "yearmonthinterval":
        years, months = divmod(abs(value), 12)
        return f"{'-' if value < 0 else ''}{years}-{months}"
    if name == "float":
        return _finite(_shortest(value))
    if isinstance(value, float):
        return _finite(value)
    if isinstance(value, decimal.Decimal):
        # A tiny one may come with a zero more than its type has digits.
        return f"{value:.{kind.scale}f}"
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode("ascii")
    return value if isinstance(value, (bool, int, str)) else str(value)


def _date(days: int) -> str:
    cycles, day = divmod(days + EPOCH, CYCLE)
    date = datetime.date.fromordinal(day + 1)
    year = date.year + 400 * cycles
    sign = "-" if year < 0 else "+" if year > 9999 else ""
    return f"{sign}{abs(year):04d}-{date.month:02d}-{date.day:02d}"


def _clock(micros: int) -> str:
    seconds, rest = divmod(micros, 1_000_000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:06d}"


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
