"""Runs one notebook without a browser and saves it with its outputs.

Used by the tasks; a person can run it too:
    python tasks/notebooks/run_notebook.py notebooks/01-x.ipynb --output /tmp/01-x.ipynb

A notebook fails when a cell throws, when it prints "error: ..." to standard
error (so the library reports what no cell awaits), when it calls check() and
shows no tick, or when it takes too long. What ran is saved in any case.
Exit status: 0 good, 1 failed, 130 interrupted.
"""

import argparse
import asyncio
import os
import re
import signal
import sys
import time

# An optional part of jsonschema, for addresses that no notebook holds, which
# takes longer to import than everything else here together.
sys.modules["rfc3987_syntax"] = None

import nbformat  # noqa: E402
from nbclient import NotebookClient  # noqa: E402
from nbclient.exceptions import (  # noqa: E402
    CellExecutionError,
    CellTimeoutError,
    DeadKernelError,
)

# A call of check() that is no method and stands in no line comment.
CHECK = re.compile(r"^(?!\s*//).*(?<![\w.$])check\(", re.MULTILINE)
IMPORT = re.compile(r"^import\b[^;]*;\n", re.MULTILINE)
STDERR_ERROR = re.compile(r"^error:.*", re.MULTILINE | re.IGNORECASE)
ANSI = re.compile(r"\x1b\[[0-9;]*m")
# Time for a stopped cell to cancel its query or end its process.
GRACE_SECONDS = 3


class Failure(Exception):
    """A notebook that did not do what it should, in a sentence."""


def text_of(output):
    """All text of an output, as a reader sees it."""
    if output.output_type == "stream":
        return output.text
    if output.output_type == "error":
        return "\n".join([output.ename, output.evalue, *output.traceback])
    return "\n".join(str(part) for part in output.get("data", {}).values())


def stderr_error(text):
    found = STDERR_ERROR.search(ANSI.sub("", text))
    return found and found.group(0)


def fault(cell):
    """Why an executed cell counts as failed, or None."""
    for output in cell.outputs:
        if output.output_type == "error":
            # The kernel gives a syntax error's whole text as its name, too.
            is_twice = output.ename == output.evalue
            name = "" if is_twice else f"{output.ename}: "
            return ANSI.sub("", name + output.evalue)
        if output.output_type == "stream" and output.name == "stderr":
            message = stderr_error(output.text)
            if message:
                return message
    if CHECK.search(cell.source):
        if not any("✓" in text_of(output) for output in cell.outputs):
            return "the cell calls check() and shows no ✓"
    return None


def first_line(source):
    lines = [line.strip() for line in source.splitlines() if line.strip()]
    rest = IMPORT.sub("", source).splitlines()
    code = [line.strip() for line in rest if line.strip() and not line.startswith("//")]
    line = (code or lines or [""])[0]
    return line if len(line) <= 60 else line[:59] + "…"


async def late_errors(client):
    """Errors that arrive after the last cell: a timer, a lost promise."""
    done = client.kc.execute("await new Promise((r) => setTimeout(r, 50));")
    while True:
        message = await client.kc.get_iopub_msg(timeout=10)
        content = message["content"]
        if message["msg_type"] == "stream" and content["name"] == "stderr":
            found = stderr_error(content["text"])
            if found:
                raise Failure(f"after the last cell: {found}")
        is_ours = message["parent_header"].get("msg_id") == done
        if is_ours and content.get("execution_state") == "idle":
            return


async def run(notebook, options, say):
    client = NotebookClient(
        notebook,
        kernel_name=options.kernel,
        timeout=options.timeout,
        startup_timeout=60,
        record_timing=True,
        resources={"metadata": {"path": os.path.dirname(options.notebook) or "."}},
        shutdown_kernel="immediate",
    )
    stopped = []
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in code:
        cell.outputs, cell.execution_count = [], None

    async with client.async_setup_kernel():
        loop = asyncio.get_running_loop()

        def stop(number):
            stopped.append(number)
            asyncio.ensure_future(client.km.interrupt_kernel())
            loop.call_later(
                GRACE_SECONDS,
                lambda: asyncio.ensure_future(client.km.shutdown_kernel(now=True)),
            )

        # These replace the client's own, which end the kernel at once.
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop, number)

        # Who started this may be killed; nothing is to go on for nobody.
        parent = os.getppid()

        def look():
            if os.getppid() != parent:
                stop(signal.SIGHUP)
            else:
                loop.call_later(1, look)

        look()

        # A kernel says what language it speaks; exports need that for colours.
        info = client.kc.kernel_info()
        reply = await client.async_wait_for_reply(info)
        notebook.metadata["language_info"] = reply["content"]["language_info"]
        number = 0
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            number += 1
            say(f"  {number:2}/{len(code)}  {first_line(cell.source):<60} ", end="")
            start = time.monotonic()
            try:
                await client.async_execute_cell(cell, index, number)
                problem = fault(cell)
            except CellExecutionError:
                problem = fault(cell) or "the cell failed"
            except CellTimeoutError:
                problem = f"the cell took longer than {options.timeout:g} s"
                # The library cancels queries and ends processes on this.
                await client.km.interrupt_kernel()
                await asyncio.sleep(1)
            except DeadKernelError:
                problem = "the kernel ended during the cell"
            if stopped:
                problem = f"stopped by {signal.Signals(stopped[0]).name}"
            say(f"{time.monotonic() - start:7.1f} s{'  FAILED' if problem else ''}")
            if problem:
                cell.metadata["lakehouse"] = {"fault": problem}
                error = Failure(f"cell {number}: {problem}")
                error.interrupted = bool(stopped)
                raise error
        await late_errors(client)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebook")
    parser.add_argument("--output", required=True, help="where to save it")
    parser.add_argument("--kernel", default="deno")
    parser.add_argument(
        "--timeout", type=float, default=600, help="seconds for one cell"
    )
    options = parser.parse_args()
    name = os.path.basename(options.notebook)

    def say(text, end="\n"):
        print(text, end=end, flush=True)

    notebook = nbformat.read(options.notebook, as_version=4)
    say(name)
    start = time.monotonic()
    failure = None
    try:
        asyncio.run(run(notebook, options, say))
    except Failure as error:
        failure = error
    except Exception as error:  # a kernel that does not start, for instance
        failure = Failure(f"{type(error).__name__}: {error}")
    if failure:
        notebook.metadata["lakehouse"] = {"fault": str(failure)}
    folder = os.path.dirname(os.path.abspath(options.output))
    os.makedirs(folder, exist_ok=True)
    nbformat.write(notebook, options.output)
    took = f"{time.monotonic() - start:.1f} s"
    if failure:
        say(f"error: {name}, {failure} ({took})")
        return 130 if getattr(failure, "interrupted", False) else 1
    say(f"  ok in {took}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
