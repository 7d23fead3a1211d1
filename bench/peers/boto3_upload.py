"""A peer of the upload: boto3, four files at once.

    python bench/peers/boto3_upload.py ENDPOINT FOLDER BUCKET PREFIX

Keys and region come from the environment.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
from botocore.config import Config


def main() -> None:
    endpoint, folder, bucket, prefix = sys.argv[1:]
    started = time.perf_counter()
    client = boto3.client(
        "s3", endpoint_url=endpoint, config=Config(s3={"addressing_style": "path"})
    )
    files = sorted(Path(folder).glob("*.parquet"))
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(
                lambda file: client.upload_file(str(file), bucket, prefix + file.name),
                files,
            )
        )
    seconds = time.perf_counter() - started
    print(json.dumps({"bench": {"seconds": seconds}}))


if __name__ == "__main__":
    main()
