"""Runs cells on the project's kernel and reports what each one did.

Reads a JSON list of {"source": ..., "interrupt": seconds or null} from standard
input; writes one JSON line for each: its outputs, seconds, and whether it
became idle at all.
"""

import json
import sys
import time
from queue import Empty

from jupyter_client.manager import start_new_kernel

SHOWN = ("stream", "display_data", "update_display_data", "execute_result", "error")


def outputs_of(client, message_id, limit):
    outputs = []
    while True:
        try:
            message = client.get_iopub_msg(timeout=limit)
        except Empty:
            return outputs, False
        kind, content = message["msg_type"], message["content"]
        if message["parent_header"].get("msg_id") != message_id:
            continue
        if kind == "status" and content["execution_state"] == "idle":
            return outputs, True
        if kind in SHOWN:
            outputs.append({"type": kind, **content})


manager, client = start_new_kernel(
    kernel_name=sys.argv[2] if len(sys.argv) > 2 else "deno", cwd=sys.argv[1]
)
try:
    for cell in json.load(sys.stdin):
        start = time.monotonic()
        message_id = client.execute(cell["source"])
        if cell.get("interrupt"):
            time.sleep(cell["interrupt"])
            start = time.monotonic()
            manager.interrupt_kernel()
        outputs, idle = outputs_of(client, message_id, limit=10)
        seconds = time.monotonic() - start
        result = {"outputs": outputs, "idle": idle, "seconds": seconds}
        print(json.dumps(result), flush=True)
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
