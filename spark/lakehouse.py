"""What the Spark jobs share: the catalog's settings, JSON lines, causes of errors.

Keys and region come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
AWS_REGION, which the catalog's signature, Iceberg's S3FileIO and s3a all read.
"""

import argparse
import json
import os
import sys
import threading

from pyspark import SparkConf, SparkContext
from pyspark.sql import SparkSession

CATALOG = "lakehouse"

_output = threading.Lock()


def emit(kind: str, value: dict) -> None:
    """Prints {kind: value} as one line of its own, whichever thread calls."""
    line = json.dumps({kind: value}) + "\n"
    with _output:
        sys.stdout.write(line)
        sys.stdout.flush()


def quoted(*names: str) -> str:
    """Names as one identifier of Spark's SQL."""
    return ".".join(f"`{name.replace('`', '``')}`" for name in names)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments every job takes."""
    parser.add_argument("--warehouse", required=True, help="Iceberg warehouse")
    parser.add_argument("--minio-host", required=True, help="S3 endpoint")
    parser.add_argument("--catalog-uri", help="default: MINIO_HOST/_iceberg")
    parser.add_argument("--namespace", default="chicago")
    parser.add_argument(
        "--try-views", action="store_true", help="ask for views that the catalog does not list"
    )


def executor_keys() -> dict:
    """Keys for executors on other machines, which have nothing of this environment.

    They are set in this process, so that they stand on no command line, and under
    names whose values Spark does not show.
    """
    # What spark-submit was told is known to the JVM alone.
    SparkContext._ensure_initialized()
    if SparkConf().get("spark.master", "local").startswith("local"):
        return {}
    names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"]
    keys = {f"spark.executorEnv.{name}": os.environ[name] for name in names if name in os.environ}
    return {**keys, "spark.redaction.regex": "(?i)secret|password|token|access[._]?key"}


def session(options: argparse.Namespace, name: str, extra: dict) -> SparkSession:
    """A Spark session that knows the catalog as "lakehouse"; `extra` adds settings."""
    region = os.environ.get("AWS_REGION", "us-east-1")
    catalog = f"spark.sql.catalog.{CATALOG}"
    settings = {
        catalog: "org.apache.iceberg.spark.SparkCatalog",
        f"{catalog}.type": "rest",
        f"{catalog}.uri": options.catalog_uri or f"{options.minio_host}/_iceberg",
        f"{catalog}.warehouse": options.warehouse,
        f"{catalog}.rest.auth.type": "sigv4",
        f"{catalog}.rest.auth.sigv4.delegate-auth-type": "none",
        f"{catalog}.rest.signing-name": "s3tables",
        f"{catalog}.rest.signing-region": region,
        f"{catalog}.io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
        f"{catalog}.s3.endpoint": options.minio_host,
        f"{catalog}.s3.path-style-access": "true",
        f"{catalog}.client.region": region,
        # Of no effect where the catalog lists what it offers.
        f"{catalog}.view-endpoints-supported": str(options.try_views).lower(),
        # Procedures write manifests by Hadoop, under the addresses the catalog gives.
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "spark.hadoop.fs.s3a.endpoint": options.minio_host,
        "spark.hadoop.fs.s3a.endpoint.region": region,
        "spark.hadoop.fs.s3a.path.style.access": "true",
        "spark.hadoop.fs.s3a.aws.credentials.provider": "com.amazonaws.auth.EnvironmentVariableCredentialsProvider",
        "spark.hadoop.fs.s3a.attempts.maximum": "3",
        "spark.hadoop.fs.s3a.connection.ssl.enabled": str(options.minio_host.startswith("https")).lower(),
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.enabled": "false",
        **extra,
    }
    settings.update(executor_keys())
    builder = SparkSession.builder.appName(name)
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def causes(exception) -> list:
    """A Java exception and what caused it, outermost first."""
    chain = []
    while exception is not None and len(chain) < 20:
        chain.append(exception)
        exception = exception.getCause()
    return chain


def first_line(exception) -> str:
    return str(exception.toString()).splitlines()[0]
