"""What the Spark jobs share: the catalog's settings, JSON lines, causes of errors.

Keys and region come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
AWS_SESSION_TOKEN and AWS_REGION, which the catalog's signature, Iceberg's S3FileIO and s3a all read.
"""

import argparse
import atexit
import json
import os
import shutil
import sys
import tempfile
import threading
from contextlib import suppress

from pyspark import SparkConf, SparkContext
from pyspark.sql import SparkSession

CATALOG = "lakehouse"
# What every Java's own trust store is read with; it holds no secret.
TRUST_PASSWORD = "changeit"

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
    parser.add_argument(
        "--s3-addressing",
        choices=("path", "virtual"),
        default="path",
        help="where a bucket's name stands: in the path of an address, or in its host name",
    )
    parser.add_argument("--catalog-uri", help="default: MINIO_HOST/_iceberg")
    parser.add_argument("--namespace", default="chicago")
    parser.add_argument("--signing-name", default="s3tables", help="the catalog's, in signatures")
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
    names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION"]
    keys = {f"spark.executorEnv.{name}": os.environ[name] for name in names if name in os.environ}
    return {**keys, "spark.redaction.regex": "(?i)secret|password|token|access[._]?key"}


def trusted_authorities() -> dict:
    """Lets this JVM, and those of executors, trust CA_BUNDLE beside what Java trusts.

    A trust store of both is made anew for each job: the JVM that runs it may be any.
    """
    bundle = os.environ.get("CA_BUNDLE")
    if not bundle:
        return {}
    SparkContext._ensure_initialized()
    java = SparkContext._jvm.java
    gateway = SparkContext._gateway
    password = gateway.new_array(gateway.jvm.char, len(TRUST_PASSWORD))
    for i, letter in enumerate(TRUST_PASSWORD):
        password[i] = letter
    own = os.path.join(java.lang.System.getProperty("java.home"), "lib", "security", "cacerts")
    store = java.security.KeyStore.getInstance(java.io.File(own), password)
    stream = java.io.FileInputStream(bundle)
    certificates = java.security.cert.CertificateFactory.getInstance("X.509").generateCertificates(stream)
    stream.close()
    for i, certificate in enumerate(certificates):
        store.setCertificateEntry(f"ca-bundle-{i}", certificate)
    folder = tempfile.mkdtemp(prefix="lakehouse-trust-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = os.path.join(folder, "lakehouse-trust")
    stream = java.io.FileOutputStream(path)
    store.store(stream, password)
    stream.close()
    options = {"javax.net.ssl.trustStore": path, "javax.net.ssl.trustStorePassword": TRUST_PASSWORD}
    for name, value in options.items():
        java.lang.System.setProperty(name, value)
    given = SparkConf()
    if given.get("spark.master", "local").startswith("local"):
        return {}
    # Executors get the file where they run.
    options["javax.net.ssl.trustStore"] = os.path.basename(path)
    java_options = [f"-D{name}={value}" for name, value in options.items()]
    theirs = given.get("spark.executor.extraJavaOptions")
    files = given.get("spark.files")
    return {
        "spark.executor.extraJavaOptions": " ".join([*([theirs] if theirs else []), *java_options]),
        "spark.files": ",".join([*([files] if files else []), path]),
    }


def proxy_settings(catalog: str, uri: str) -> dict:
    """The proxy that Java's settings name for the catalog, which Iceberg's client does not look up."""
    SparkContext._ensure_initialized()
    net = SparkContext._jvm.java.net
    address = net.ProxySelector.getDefault().select(net.URI(uri)).get(0).address()
    if address is None:
        return {}
    return {
        f"{catalog}.rest.client.proxy.hostname": address.getHostString(),
        f"{catalog}.rest.client.proxy.port": str(address.getPort()),
    }


def session(options: argparse.Namespace, name: str, extra: dict) -> SparkSession:
    """A Spark session that knows the catalog as "lakehouse"; `extra` adds settings."""
    path_style = str(options.s3_addressing == "path").lower()
    region = os.environ.get("AWS_REGION", "us-east-1")
    catalog = f"spark.sql.catalog.{CATALOG}"
    settings = {
        catalog: "org.apache.iceberg.spark.SparkCatalog",
        f"{catalog}.type": "rest",
        f"{catalog}.uri": options.catalog_uri or f"{options.minio_host}/_iceberg",
        f"{catalog}.warehouse": options.warehouse,
        f"{catalog}.rest.auth.type": "sigv4",
        f"{catalog}.rest.auth.sigv4.delegate-auth-type": "none",
        f"{catalog}.rest.signing-name": options.signing_name,
        f"{catalog}.rest.signing-region": region,
        f"{catalog}.io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
        f"{catalog}.s3.endpoint": options.minio_host,
        f"{catalog}.s3.path-style-access": path_style,
        # About 15 s a request: a store that starts again is waited for, one that is gone
        # is told in a minute, and not in the seven that the defaults add up to.
        f"{catalog}.s3.retry.num-retries": "4",
        f"{catalog}.s3.retry.min-wait-ms": "1000",
        f"{catalog}.s3.retry.max-wait-ms": "8000",
        f"{catalog}.client.region": region,
        # Of no effect where the catalog lists what it offers.
        f"{catalog}.view-endpoints-supported": str(options.try_views).lower(),
        # Procedures write manifests by Hadoop, under the addresses the catalog gives.
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "spark.hadoop.fs.s3a.endpoint": options.minio_host,
        "spark.hadoop.fs.s3a.endpoint.region": region,
        "spark.hadoop.fs.s3a.path.style.access": path_style,
        "spark.hadoop.fs.s3a.aws.credentials.provider": "com.amazonaws.auth.EnvironmentVariableCredentialsProvider",
        "spark.hadoop.fs.s3a.attempts.maximum": "3",
        "spark.hadoop.fs.s3a.retry.limit": "4",
        "spark.hadoop.fs.s3a.connection.ssl.enabled": str(options.minio_host.startswith("https")).lower(),
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.enabled": "false",
        **extra,
    }
    settings.update(executor_keys())
    settings.update(trusted_authorities())
    settings.update(proxy_settings(catalog, settings[f"{catalog}.uri"]))
    builder = SparkSession.builder.appName(name)
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def end_with_stdin(spark: SparkSession) -> None:
    """Ends this job as soon as stdin closes: whoever started it is gone, and nobody wants it."""
    jvm = spark._jvm
    # spark-submit hands its stdin to the JVM, not to this process, and a thread that
    # waits for it there would keep the JVM from its end.
    reader = jvm.java.lang.ProcessBuilder(["cat"])
    reader.redirectInput(getattr(jvm.java.lang, "ProcessBuilder$Redirect").INHERIT)
    reader = reader.start()

    def wait() -> None:
        while not ended.wait(1):
            if not reader.isAlive() and not ended.is_set():
                os._exit(1)

    def end() -> None:
        ended.set()
        # While it has a child that runs, a JVM takes 0.3 s longer to end.
        with suppress(Exception):
            reader.destroy()

    ended = threading.Event()
    atexit.register(end)
    threading.Thread(target=wait, daemon=True).start()


def causes(exception) -> list:
    """A Java exception and what caused it, outermost first."""
    chain = []
    while exception is not None and len(chain) < 20:
        chain.append(exception)
        exception = exception.getCause()
    return chain


def first_line(exception) -> str:
    return str(exception.toString()).splitlines()[0]
