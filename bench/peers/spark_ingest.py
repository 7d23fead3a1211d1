"""A peer of the ingest: a plain Spark job with default settings.

    spark-submit --jars … bench/peers/spark_ingest.py CATALOG_URI WAREHOUSE ENDPOINT STAGING TABLE

STAGING is an s3a:// address, TABLE a namespace and a name. Only what is needed
to reach the catalog and the object store is set. Keys and region come from the
environment.
"""

import json
import os
import sys
import time

from pyspark.sql import SparkSession


def main() -> None:
    uri, warehouse, endpoint, staging, table = sys.argv[1:]
    started = time.perf_counter()
    region = os.environ["AWS_REGION"]
    catalog = "spark.sql.catalog.lakehouse"
    builder = SparkSession.builder.appName("plain ingest")
    for name, value in {
        catalog: "org.apache.iceberg.spark.SparkCatalog",
        f"{catalog}.type": "rest",
        f"{catalog}.uri": uri,
        f"{catalog}.warehouse": warehouse,
        f"{catalog}.rest.sigv4-enabled": "true",
        f"{catalog}.rest.signing-name": "s3tables",
        f"{catalog}.rest.signing-region": region,
        f"{catalog}.io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
        f"{catalog}.s3.endpoint": endpoint,
        f"{catalog}.s3.path-style-access": "true",
        f"{catalog}.client.region": region,
        "spark.hadoop.fs.s3a.endpoint": endpoint,
        "spark.hadoop.fs.s3a.path.style.access": "true",
    }.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.read.parquet(staging).writeTo(f"lakehouse.{table}").using("iceberg").createOrReplace()
    spark.stop()
    seconds = time.perf_counter() - started
    print(json.dumps({"bench": {"seconds": seconds}}))


if __name__ == "__main__":
    main()
