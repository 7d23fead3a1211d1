"""DuckDB or PyIceberg as one engine of the compatibility matrix: statements on
stdin, a JSON line each, until stdin closes.

    python lab/compat/engines/python_session.py duckdb --warehouse trinotutorial \\
        --minio-host http://127.0.0.1:9000 --catalog-uri http://127.0.0.1:9002/_iceberg

Takes   {"id": 1, "text": "SELECT 1"}. DuckDB's statements are SQL. PyIceberg's are
        Python with the names of `snippet_names` and `table_functions` in scope;
        the value of a last expression is the answer.
Prints  {"ready": …} once; then for a statement {"rows": …}, or {"refused": …}
        when the engine, the catalog or the store did not do it, or {"fault": …}
        when this program or the statement itself is wrong.
Keys and region come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
AWS_SESSION_TOKEN and AWS_REGION.
"""

import argparse
import ast
import atexit
import datetime
import decimal
import json
import math
import os
import struct
import sys
import tempfile
import traceback
import uuid
from urllib.parse import urlparse
from urllib.request import getproxies, proxy_bypass

import pyarrow as pa

SNIPPET = "<statement>"


def emit(kind: str, value: dict) -> None:
    sys.stdout.write(json.dumps({kind: value}) + "\n")
    sys.stdout.flush()


# Values as JSON holds them without losing a digit; lab/compat/answer.ts compares them.


def shortest(value: float) -> float:
    """The number with the fewest digits that is the same 32-bit one."""
    if not math.isfinite(value):
        return value
    for digits in range(6, 10):
        short = float(f"{value:.{digits}g}")
        if struct.pack("f", short) == struct.pack("f", value):
            return short
    return value


def finite(value: float):
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


UNITS = {"s": 0, "ms": 3, "us": 6, "ns": 9}
EPOCH = datetime.datetime(1970, 1, 1)


def time_text(kind: pa.DataType, value: int) -> str:
    """A time in full; Python's own has no nanoseconds."""
    digits = UNITS[kind.unit]
    seconds, rest = divmod(value, 10**digits)
    if pa.types.is_time(kind):
        text = (EPOCH + datetime.timedelta(seconds=seconds)).strftime("%H:%M:%S")
    else:
        text = (EPOCH + datetime.timedelta(seconds=seconds)).isoformat()
    if digits:
        text += f".{rest:0{digits}}"
    return text + ("Z" if getattr(kind, "tz", None) else "")


def encode(scalar: pa.Scalar):
    """One value of an Arrow table."""
    kind = scalar.type
    if isinstance(kind, pa.BaseExtensionType):
        return None if not scalar.is_valid else encode_extension(kind, scalar)
    if not scalar.is_valid:
        return None
    if pa.types.is_timestamp(kind) or pa.types.is_time(kind):
        return time_text(kind, scalar.value)
    if pa.types.is_map(kind):
        return [[encode(scalar.values.field(0)[i]), encode(scalar.values.field(1)[i])] for i in range(len(scalar))]
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return [encode(item) for item in scalar.values]
    if pa.types.is_struct(kind):
        return {name: encode(item) for name, item in scalar.items()}
    if pa.types.is_float32(kind):
        return finite(shortest(scalar.as_py()))
    return plain(scalar.as_py())


def encode_extension(kind: pa.BaseExtensionType, scalar: pa.Scalar):
    value = encode(scalar.value)
    if kind.extension_name == "arrow.uuid":
        return str(uuid.UUID(hex=value))
    return value


def plain(value):
    """A value of Python's own."""
    if isinstance(value, float):
        return finite(value)
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, (datetime.date, datetime.datetime, datetime.time)):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def rows_of(answer) -> list:
    """The rows of an answer: an Arrow table, rows, or nothing."""
    if answer is None:
        return []
    if isinstance(answer, pa.RecordBatchReader):
        answer = answer.read_all()
    if isinstance(answer, pa.Table):
        columns = answer.combine_chunks().columns
        return [[encode(column[row]) for column in columns] for row in range(answer.num_rows)]
    return [[plain(value) for value in row] for row in answer]


class DuckDb:
    """DuckDB with the catalog attached as `lakehouse`."""

    def __init__(self, options: argparse.Namespace) -> None:
        import duckdb

        self.duckdb = duckdb
        self.error = duckdb.Error
        # What PyPI carries is signed by nobody whom DuckDB knows.
        config = {"allow_unsigned_extensions": "true", "threads": "2"}
        self.connection = duckdb.connect(":memory:", config=config)
        for name in ("avro", "httpfs", "iceberg"):
            self.connection.execute(f"LOAD '{extension_file(name)}'")
        self.connection.execute("SET TimeZone = 'UTC'")
        if trusted := os.environ.get("SSL_CERT_FILE"):
            self.connection.execute(f"SET ca_cert_file = {literal(trusted)}")
        self.attach(options)
        [(extension,)] = self.connection.execute(
            "SELECT extension_version FROM duckdb_extensions() WHERE extension_name = 'iceberg'"
        ).fetchall()
        self.versions = {"duckdb": duckdb.__version__, "iceberg extension": extension}

    def attach(self, options: argparse.Namespace) -> None:
        store = urlparse(options.minio_host)
        secret = {
            "KEY_ID": os.environ["AWS_ACCESS_KEY_ID"],
            "SECRET": os.environ["AWS_SECRET_ACCESS_KEY"],
            "REGION": options.region,
            "ENDPOINT": store.netloc,
            "URL_STYLE": "vhost" if options.s3_addressing == "virtual" else "path",
        }
        if token := os.environ.get("AWS_SESSION_TOKEN"):
            secret["SESSION_TOKEN"] = token
        words = ", ".join(f"{name} {literal(value)}" for name, value in secret.items())
        use_ssl = "true" if store.scheme == "https" else "false"
        self.connection.execute(f"CREATE SECRET lake (TYPE s3, {words}, USE_SSL {use_ssl})")
        self.connection.execute(
            f"ATTACH {literal(options.warehouse)} AS lakehouse (TYPE iceberg, SECRET lake,"
            f" ENDPOINT {literal(options.catalog_uri)}, AUTHORIZATION_TYPE 'sigv4',"
            f" SIGV4_SERVICE {literal(options.signing_name)}, SIGV4_REGION {literal(options.region)},"
            " ACCESS_DELEGATION_MODE 'none')"
        )

    def run(self, text: str):
        result = self.connection.execute(text)
        return result.to_arrow_table() if result.description else None

    def refusal(self, error: Exception) -> str | None:
        return str(error) if isinstance(error, self.error) else None


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def extension_file(name: str) -> str:
    """Where the package of an extension has put its file."""
    import importlib.util
    from pathlib import Path

    [folder] = importlib.util.find_spec(f"duckdb_extension_{name}").submodule_search_locations
    [file] = Path(folder).rglob("*.duckdb_extension")
    return str(file)


def store_proxy(uri: str) -> dict:
    """The environment's proxy for the store, which PyArrow's S3 client does not look up."""
    store = urlparse(uri)
    proxy = getproxies().get(store.scheme)
    return {} if not proxy or proxy_bypass(store.hostname) else {"s3.proxy-uri": proxy}


class PyIceberg:
    """PyIceberg with the catalog in scope as `catalog`."""

    def __init__(self, options: argparse.Namespace) -> None:
        import pyiceberg
        from pyiceberg.catalog import load_catalog

        self.catalog = load_catalog(
            "lakehouse",
            **{
                "type": "rest",
                "uri": options.catalog_uri,
                "warehouse": options.warehouse,
                "rest.sigv4-enabled": "true",
                "rest.signing-name": options.signing_name,
                "rest.signing-region": options.region,
                "s3.endpoint": options.minio_host,
                "s3.force-virtual-addressing": str(options.s3_addressing == "virtual"),
                "s3.region": options.region,
                "s3.access-key-id": os.environ["AWS_ACCESS_KEY_ID"],
                "s3.secret-access-key": os.environ["AWS_SECRET_ACCESS_KEY"],
                "s3.session-token": os.environ.get("AWS_SESSION_TOKEN", ""),
                # Vended keys are asked for by default; what this catalog gives is its own.
                "header.X-Iceberg-Access-Delegation": "",
                **store_proxy(options.minio_host),
            },
        )
        self.versions = {"pyiceberg": pyiceberg.__version__, "pyarrow": pa.__version__}

    def run(self, text: str):
        names = {**snippet_names(), **table_functions(self.catalog)}
        tree = ast.parse(text, SNIPPET)
        last = tree.body[-1]
        if not isinstance(last, ast.Expr):
            exec(compile(tree, SNIPPET, "exec"), names)  # pylint: disable=exec-used
            return None
        first = ast.Module(tree.body[:-1], [])
        exec(compile(first, SNIPPET, "exec"), names)  # pylint: disable=exec-used
        answer = eval(compile(ast.Expression(last.value), SNIPPET, "eval"), names)  # pylint: disable=eval-used
        return answer if isinstance(answer, (pa.Table, pa.RecordBatchReader, list, tuple)) else None

    def refusal(self, error: Exception) -> str | None:
        # What the statement itself does wrong is no word of PyIceberg's.
        frames = traceback.extract_tb(error.__traceback__)
        if not any("/pyiceberg/" in frame.filename for frame in frames):
            return None
        text = str(error).strip() or repr(error)
        return f"{type(error).__name__}: {text}"


def table_functions(catalog) -> dict:
    """What PyIceberg's statements do again and again, as functions."""
    import pyiceberg.schema
    import pyiceberg.types

    def arrow(table, values: list) -> pa.Table:
        columns = table.schema().as_arrow()
        data = [pa.array([row[i] for row in values], columns.types[i]) for i in range(len(columns))]
        return pa.Table.from_arrays(data, schema=columns)

    def table(name: str):
        return catalog.load_table(name)

    def rows(name: str, values: list) -> pa.Table:
        return arrow(table(name), values)

    def more(name: str, values: list) -> None:
        found = table(name)
        found.append(arrow(found, values))

    def make(name: str, columns, values: list, **options):
        if isinstance(columns, dict):
            fields = [
                pyiceberg.types.NestedField(number, *column)
                for number, column in enumerate(columns.items(), start=1)
            ]
            columns = pyiceberg.schema.Schema(*fields)
        made = catalog.create_table(name, columns, **options)
        if values:
            made.append(arrow(made, values))

    def read(name: str, columns: list, **options) -> pa.Table:
        found = table(name).scan(selected_fields=tuple(columns), **options).to_arrow()
        return found.select(columns).sort_by(columns[0])

    return {"catalog": catalog, "table": table, "rows": rows, "more": more, "make": make, "read": read}


def snippet_names() -> dict:
    """What PyIceberg's statements may use."""
    import pyiceberg.expressions as expressions
    import pyiceberg.partitioning as partitioning
    import pyiceberg.schema as schema
    import pyiceberg.table.sorting as sorting
    import pyiceberg.transforms as transforms
    import pyiceberg.types as types

    names = {"pa": pa, "datetime": datetime, "Decimal": decimal.Decimal, "uuid": uuid}
    for module in (expressions, partitioning, schema, sorting, transforms, types):
        names.update({name: value for name, value in vars(module).items() if name[0].isupper()})
    return names


def trust_authorities() -> None:
    """Lets requests, boto, Arrow and DuckDB trust CA_BUNDLE beside what Python trusts."""
    bundle = os.environ.get("CA_BUNDLE")
    if not bundle:
        return
    import certifi

    with open(bundle, encoding="utf-8") as own:
        text = certifi.contents() + "\n" + own.read()
    with tempfile.NamedTemporaryFile("w", suffix=".pem", delete=False, encoding="utf-8") as both:
        both.write(text)
    atexit.register(os.remove, both.name)
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        os.environ[name] = both.name


ENGINES = {"duckdb": DuckDb, "pyiceberg": PyIceberg}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("engine", choices=sorted(ENGINES))
    parser.add_argument("--warehouse", required=True)
    parser.add_argument("--minio-host", required=True)
    parser.add_argument("--s3-addressing", choices=("path", "virtual"), default="path")
    parser.add_argument("--catalog-uri", required=True)
    parser.add_argument("--signing-name", default="s3tables")
    options = parser.parse_args()
    options.region = os.environ.get("AWS_REGION", "us-east-1")
    trust_authorities()
    try:
        engine = ENGINES[options.engine](options)
    except Exception as error:  # pylint: disable=broad-except
        emit("unready", {"message": f"{type(error).__name__}: {error}"})
        return
    emit("ready", engine.versions)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            emit("rows", {"id": request["id"], "rows": rows_of(engine.run(request["text"]))})
        except Exception as error:  # pylint: disable=broad-except
            message = engine.refusal(error)
            kind = "fault" if message is None else "refused"
            emit(kind, {"id": request["id"], "message": message or traceback.format_exc()})


if __name__ == "__main__":
    main()
