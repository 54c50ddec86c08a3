"""A workflow host in Python: host.py MODULE CONNECTION_FILE INPUT_JSON

Runs the node image_to_video once and prints its output JSON. The connection comes from a file because it
holds the API key. Progress, checkpoints and errors go to the standard error. Exit code 0: there is a
video; 1: the run failed.
"""

import json
import sys

import wfn


def show_progress(_phase, fraction, message):
    print("progress:", message if fraction is None else f"{fraction:.0%} {message}", file=sys.stderr)


def keep_checkpoint(checkpoint):
    # A real host writes it to durable storage under the run's key before it answers.
    print("checkpoint:", json.dumps(checkpoint), file=sys.stderr)
    return True


def main(module_path, connection_file, input_json):
    with open(connection_file, encoding="utf-8") as file:
        connection = json.load(file)
    with wfn.Module(module_path).open() as module:
        node = module.node("image_to_video")
        with module.run(node, json.loads(input_json), connection, on_progress=show_progress,
                        on_checkpoint=keep_checkpoint) as run:
            result = run.wait()
    if result["outcome"] != wfn.SUCCEEDED:
        error = result["error"]
        print(f"{error['type']}: {error['message']}\n{error['solution']}\n{json.dumps(error)}", file=sys.stderr)
        return 1
    print(json.dumps(result["output"]))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
