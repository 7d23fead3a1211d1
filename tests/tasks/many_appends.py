"""Appends each folder below a staging folder in turn, as so many ingests would, by one Spark:

    many_appends.py [arguments of ingest.py]
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../spark"))

import ingest  # noqa: E402
from lakehouse import emit, session  # noqa: E402

options = ingest.arguments()
staging = options.staging
spark = session(options, "ingest", ingest.FILE_SETTINGS)
for folder in range(20):
    options.staging = f"{staging}{folder:02}/"
    emit("ingest", ingest.ingest(spark, options, lambda _: None))
