"""Writes trips as other programs do: python foreign_files.py DIR good|types|values."""

import datetime
import decimal
import sys

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROWS = 50
START = datetime.datetime(2024, 3, 5, 13, 45, 0, 123456, datetime.timezone.utc)
TIMES = ("trip_start_timestamp", "trip_end_timestamp")
LONGS = (
    "trip_seconds",
    "pickup_census_tract",
    "dropoff_census_tract",
    "pickup_community_area",
    "dropoff_community_area",
)
MONEY = ("fare", "tips", "tolls", "extras", "trip_total")


def trips(file: str) -> pa.Table:
    """The same rows for each file, but for the first letter of their keys."""
    n = range(ROWS)
    some = lambda value: [value(i) if i % 7 else None for i in n]
    times = pa.array([START + datetime.timedelta(minutes=15 * i) for i in n], pa.timestamp("us", "UTC"))
    text = lambda name: pa.array(some(lambda i: f"{name} ü {i % 5}"), pa.string())
    columns = {
        "unique_key": pa.array([f"{file}{i}" for i in n]),
        "taxi_id": text("taxi"),
        "trip_start_timestamp": times,
        "trip_end_timestamp": pc.if_else(pa.array([i % 7 > 0 for i in n]), times, None),
        "trip_seconds": pa.array(some(lambda i: 60 * i), pa.int64()),
        "trip_miles": pa.array(some(lambda i: i / 4)),
        "pickup_census_tract": pa.array(some(lambda i: 17031081403 + i), pa.int64()),
        "dropoff_census_tract": pa.array(some(lambda i: 17031081403 - i), pa.int64()),
        "pickup_community_area": pa.array(some(lambda i: i % 77 + 1), pa.int64()),
        "dropoff_community_area": pa.array(some(lambda i: i % 76 + 1), pa.int64()),
        **{name: pa.array(some(lambda i: i + 0.25)) for name in MONEY},
        "payment_type": text("Cash"),
        "company": pa.nulls(ROWS, pa.string()),
        "pickup_latitude": pa.array(some(lambda i: 41.875)),
        "pickup_longitude": pa.array(some(lambda i: -87.625)),
        "pickup_location": text("POINT"),
        "dropoff_latitude": pa.array(some(lambda i: 41.875)),
        "dropoff_longitude": pa.array(some(lambda i: -87.625)),
        "dropoff_location": text("POINT"),
    }
    return pa.table(columns)


def changed(table: pa.Table, columns: dict) -> pa.Table:
    """The table with columns of other types, or of other values."""
    for name, to in columns.items():
        i = table.column_names.index(name)
        column = table.column(i).cast(to) if isinstance(to, pa.DataType) else to
        table = table.set_column(i, name, column)
    return table


def good(folder: str) -> None:
    plain = {"store_schema": False}
    writes = {
        # Arrow's own types, and groups of seven rows.
        "a": lambda t: (
            changed(t, {"unique_key": pa.large_string(), "payment_type": pa.dictionary(pa.int32(), pa.string())}),
            {"row_group_size": 7},
        ),
        # What pandas makes of numbers with nulls and of times.
        "b": lambda t: (
            changed(t, {**{name: pa.float64() for name in LONGS}, **{name: pa.timestamp("ns") for name in TIMES}}),
            {"compression": "gzip"},
        ),
        "c": lambda t: (changed(t, {name: pa.timestamp("ns", "America/Chicago") for name in TIMES}), {}),
        "d": lambda t: (changed(t, {name: pa.timestamp("us") for name in TIMES}), {"compression": "none"}),
        "e": lambda t: (
            changed(
                t,
                {
                    "trip_seconds": pa.int32(),
                    "pickup_community_area": pa.uint8(),
                    "dropoff_community_area": pa.int16(),
                    "pickup_census_tract": pa.uint64(),
                    "dropoff_census_tract": pa.decimal128(20, 0),
                    "fare": pa.float32(),
                    "tips": pa.decimal128(9, 2),
                    "tolls": pa.decimal128(38, 10),
                    "trip_miles": pa.decimal128(12, 4),
                },
            ),
            {"compression": "lz4"},
        ),
        # Another order, one column more, a column of nulls alone.
        "f": lambda t: (
            changed(t, {"company": pa.nulls(ROWS)}).select(t.column_names[::-1]).append_column("note", t["taxi_id"]),
            plain,
        ),
        # Texts that do not say that they are.
        "g": lambda t: (
            changed(t, {name: pa.binary() for name in ("taxi_id", "payment_type", "pickup_location")}),
            {**plain, "data_page_version": "2.0"},
        ),
    }
    for file, write in writes.items():
        table, options = write(trips(file))
        pq.write_table(table, f"{folder}/{file} [1].parquet", **options)
    named = trips("h")
    duckdb.sql("SET TimeZone = 'UTC'")
    duckdb.sql(f"COPY (SELECT * REPLACE (trip_seconds::UINTEGER AS trip_seconds) FROM named) TO '{folder}/h.parquet'")


def types(folder: str) -> None:
    table = changed(trips("a"), {"trip_miles": pa.string(), "trip_seconds": pc.is_valid(trips("a")["trip_seconds"])})
    table = table.rename_columns([{"fare": "Fare"}.get(name, name) for name in table.column_names])
    pq.write_table(table, f"{folder}/bad.parquet", use_deprecated_int96_timestamps=True)
    pq.write_table(trips("b"), f"{folder}/good.parquet")
    pq.write_table(trips("c"), f"{folder}/packed.parquet", compression="brotli")


def values(folder: str) -> None:
    exact = decimal.Decimal("0.12345678901234567890123")
    first = lambda value, kind: pa.array([value] + [None] * (ROWS - 1), kind)
    ns = pc.add(trips("a")["trip_start_timestamp"].cast(pa.timestamp("ns")).cast(pa.int64()), 1)
    table = changed(
        trips("a"),
        {
            "trip_start_timestamp": ns.cast(pa.timestamp("ns", "UTC")),
            "trip_seconds": first(12.5, pa.float64()),
            "pickup_census_tract": first(2**63, pa.uint64()),
            "dropoff_census_tract": first(float("nan"), pa.float64()),
            "fare": first(2**53 + 1, pa.int64()),
            "tips": first(exact, pa.decimal128(38, 23)),
            "company": first(b"\xff", pa.binary()),
        },
    )
    pq.write_table(table, f"{folder}/bad.parquet")
    pq.write_table(trips("b"), f"{folder}/good.parquet")


{"good": good, "types": types, "values": values}[sys.argv[2]](sys.argv[1])
