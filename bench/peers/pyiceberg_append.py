"""A peer of the ingest: PyIceberg appends the staged files to a new table.

    python bench/peers/pyiceberg_append.py CATALOG_URI WAREHOUSE ENDPOINT STAGING TABLE

STAGING is a bucket and a prefix, TABLE a namespace and a name. The files are
read as one Arrow table, which is what append() takes; then one commit. Keys and
region come from the environment.
"""

import json
import os
import sys
import time

import pyarrow.parquet as pq
from pyarrow.fs import S3FileSystem
from pyiceberg.catalog import load_catalog


def main() -> None:
    uri, warehouse, endpoint, staging, table = sys.argv[1:]
    started = time.perf_counter()
    region = os.environ["AWS_REGION"]
    catalog = load_catalog(
        "bench",
        **{
            "type": "rest",
            "uri": uri,
            "warehouse": warehouse,
            "rest.sigv4-enabled": "true",
            "rest.signing-name": "s3tables",
            "rest.signing-region": region,
            "s3.endpoint": endpoint,
            "s3.region": region,
            "s3.access-key-id": os.environ["AWS_ACCESS_KEY_ID"],
            "s3.secret-access-key": os.environ["AWS_SECRET_ACCESS_KEY"],
        },
    )
    store = S3FileSystem(endpoint_override=endpoint, region=region)
    trips = pq.read_table(staging, filesystem=store)
    catalog.create_table(table, schema=trips.schema).append(trips)
    seconds = time.perf_counter() - started
    print(json.dumps({"bench": {"seconds": seconds}}))


if __name__ == "__main__":
    main()
