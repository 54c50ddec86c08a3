"""A workflow host in Python, on the package in hosts/python.

    host.py MODULE                                           lists the module's nodes
    host.py MODULE CONNECTION_FILE INPUT_JSON [CHECKPOINT]   runs image_to_video and prints its output

The connection comes from a file because it holds the API key. With a file for the CHECKPOINT the same command, given
again after a crash or an interrupt, goes on with the same job. Progress and errors go to the standard error.
Exit code 0: there is a video; 1: the run failed; 3: it is suspended.
"""

import asyncio
import dataclasses
import json
import sys

import workflow_node as wfn


class ShownFile(wfn.File):
    """Keeps the checkpoint, and shows what it says of the job."""

    def save(self, checkpoint):
        super().save(checkpoint)
        show(checkpoint)


class ShownMemory(wfn.Memory):
    def save(self, checkpoint):
        super().save(checkpoint)
        show(checkpoint)


def say(line):
    # One write: checkpoints and progress come on different threads, and print would let their lines run together.
    sys.stderr.write(f"{line}\n")


def show(checkpoint):
    known = {"submission": checkpoint.submission, "job_id": checkpoint.job_id}
    say(f"checkpoint: {json.dumps(known)}")


def show_progress(progress):
    share = "" if progress.fraction is None else f"{progress.fraction:.0%} "
    say(f"progress: {share}{progress.message}")


def list_nodes(module):
    for node in module.nodes.values():
        print(f"{node.action_id}  {node.title}: {node.description}")


async def run(module, connection_file, input_json, checkpoint_file=None):
    with open(connection_file, encoding="utf-8") as file:
        connection = wfn.Connection(json.load(file))
    async with wfn.Session(module, name="host.py", version="1.0") as session:
        result = await session.run(
            "image_to_video", json.loads(input_json), connection=connection, run_key=checkpoint_file,
            checkpoints=ShownFile(checkpoint_file) if checkpoint_file else ShownMemory(), on_progress=show_progress)
    print(json.dumps(result.output))


def main(module_path, *arguments):
    try:
        module = wfn.Module.load(module_path)
        if not arguments:
            list_nodes(module)
        else:
            asyncio.run(run(module, *arguments))
    except wfn.RunError as error:
        print(f"{error}\n{json.dumps(dataclasses.asdict(error.failure))}", file=sys.stderr)
        return 1
    except wfn.Suspended as suspended:
        print(suspended, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 5 or len(sys.argv) == 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
