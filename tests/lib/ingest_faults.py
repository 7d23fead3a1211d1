"""The ingest with a fault between its check of the files and its commit:

    ingest_faults.py FAULT [arguments of ingest.py]

"many keys" takes any number of keys for too many to hold, "killed" kills it before the commit, "killed METHOD" and "killed METHOD after" at a
method of the publication that adds rows.
"""

import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../spark"))

import increment  # noqa: E402
import ingest  # noqa: E402

FAULT = sys.argv.pop(1)
checked_trips = ingest.staged_trips


def staged_trips(spark, files, columns):
    hadoop = spark._jvm.org.apache.hadoop.fs
    paths = [hadoop.Path(file.path) for file in files]
    store = paths[0].getFileSystem(spark._jsc.hadoopConfiguration())
    if FAULT == "replaced":
        store.delete(paths[0], False)
        store.rename(hadoop.Path(paths[0].getParent(), "other"), paths[0])
    trips = checked_trips(spark, files, columns)
    if FAULT == "removed":
        store.delete(paths[0], False)
    # As where Spark passes over a file.
    return trips.where("input_file_name() NOT LIKE '%00001.parquet'") if FAULT == "dropped" else trips


def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)


ingest.staged_trips = staged_trips
def killed_at(method: str, is_after: bool) -> None:
    real = getattr(ingest.Increment, method)

    def step(*arguments):
        if is_after:
            real(*arguments)
        kill()

    setattr(ingest.Increment, method, step)


if FAULT == "many keys":
    increment.FEW_KEYS = -1
elif FAULT == "killed":
    ingest.check_written = kill
elif FAULT.startswith("killed "):
    killed_at(FAULT.split()[1], FAULT.endswith(" after"))
sys.exit(ingest.main())
