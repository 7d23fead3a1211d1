"""A peer of the generator: trips with the same 23 columns by numpy and pyarrow.

    python bench/peers/numpy_generate.py ROWS FOLDER

Written as one writes such a script: columns at a time with numpy, texts in list
comprehensions, every value drawn uniformly and anew for each row, ten files.
"""

import json
import os
import sys
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

FILES = 10
FIRST = np.datetime64("2013-01-01", "us")
LAST = np.datetime64("2024-01-01", "us")
QUARTER = np.timedelta64(15, "m")
PAYMENTS = np.array(["Cash", "Credit Card", "Mobile", "Prcard"])
COMPANIES = np.array([f"Company {number}" for number in range(50)])
TIME = pa.timestamp("us", "UTC")


def hexadecimal(rng, rows: int, digits: int) -> list:
    text = rng.bytes(rows * digits // 2).hex()
    return [text[i : i + digits] for i in range(0, len(text), digits)]


def places(rng, rows: int) -> tuple:
    latitude = rng.uniform(41.65, 42.05, rows).round(9)
    longitude = rng.uniform(-87.9, -87.5, rows).round(9)
    location = [f"POINT ({x} {y})" for x, y in zip(longitude, latitude)]
    return latitude, longitude, location


def trips(rng, rows: int) -> pa.Table:
    start = FIRST + rng.integers(0, (LAST - FIRST) // QUARTER, rows) * QUARTER
    seconds = rng.integers(1, 60, rows) * 60
    fare = rng.uniform(3.25, 60, rows).round(2)
    tips = rng.uniform(0, 10, rows).round(2)
    extras = rng.uniform(0, 5, rows).round(2)
    pickup = places(rng, rows)
    dropoff = places(rng, rows)
    return pa.table(
        {
            "unique_key": hexadecimal(rng, rows, 40),
            "taxi_id": hexadecimal(rng, rows, 128),
            "trip_start_timestamp": pa.array(start, TIME),
            "trip_end_timestamp": pa.array(start + seconds // 900 * QUARTER, TIME),
            "trip_seconds": seconds,
            "trip_miles": rng.uniform(0, 20, rows).round(2),
            "pickup_census_tract": rng.integers(17031010100, 17031980100, rows),
            "dropoff_census_tract": rng.integers(17031010100, 17031980100, rows),
            "pickup_community_area": rng.integers(1, 78, rows),
            "dropoff_community_area": rng.integers(1, 78, rows),
            "fare": fare,
            "tips": tips,
            "tolls": np.zeros(rows),
            "extras": extras,
            "trip_total": (fare + tips + extras).round(2),
            "payment_type": rng.choice(PAYMENTS, rows),
            "company": rng.choice(COMPANIES, rows),
            "pickup_latitude": pickup[0],
            "pickup_longitude": pickup[1],
            "pickup_location": pickup[2],
            "dropoff_latitude": dropoff[0],
            "dropoff_longitude": dropoff[1],
            "dropoff_location": dropoff[2],
        }
    )


def main() -> None:
    rows, folder = int(sys.argv[1]), sys.argv[2]
    started = time.perf_counter()
    os.makedirs(folder, exist_ok=True)
    rng = np.random.default_rng(2013)
    for number in range(FILES):
        share = rows * (number + 1) // FILES - rows * number // FILES
        pq.write_table(
            trips(rng, share),
            os.path.join(folder, f"trips-{number:05}.parquet"),
            compression="zstd",
        )
    seconds = time.perf_counter() - started
    print(json.dumps({"bench": {"seconds": seconds}}))


if __name__ == "__main__":
    main()
