"""The walk of docs/my-api-is-different.md, with its own files and commands, against a service of that shape.

Environment: CLI, MODULE, PAGE.
"""

import http.server
import json
import os
import shlex
import subprocess
import tempfile
import threading
import unittest

PAGE = os.environ["PAGE"]
KEY = "key-of-the-walk"


class Clips:
    """The page's service: what it is sent, and its jobs by name with how often each was looked at."""

    def __init__(self):
        self.jobs = {}
        self.submits = []
        clips = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def reply(self, status, body):
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_POST(self):
                clips.submits.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
                name = f"t-{len(clips.submits)}"
                clips.jobs[name] = 0
                self.reply(202, {"task": {"uuid": name, "state": "waiting"}})

            def do_GET(self):
                name = self.path.removeprefix("/api/tasks/")
                if name not in clips.jobs:
                    return self.reply(404, {"fault": "no such task"})
                clips.jobs[name] += 1
                if clips.jobs[name] == 1:
                    return self.reply(200, {"task": {"uuid": name, "state": "working"}})
                return self.reply(200, {"task": {"uuid": name, "state": "finished"},
                                        "clip": {"href": f"https://cdn.clips.example/{name}.mp4"}})

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def blocks(language):
    """The fenced blocks of the page in this language; "": those of none, commands and what they print."""
    found, block = [], None
    with open(PAGE, encoding="utf-8") as page:
        for line in page:
            if not line.startswith("```"):
                if block is not None:
                    block[1].append(line)
            elif block is None:
                block = (line[3:].strip(), [])
            else:
                found.append(block)
                block = None
    return ["".join(lines).strip() for name, lines in found if name == language]


class Walk(unittest.TestCase):
    def setUp(self):
        self.clips = Clips()
        self.addCleanup(self.clips.close)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, value):
        with open(os.open(os.path.join(self.folder, name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w",
                  encoding="utf-8") as file:
            json.dump(value, file)

    def connect(self, connection):
        connection["api_key"] = KEY
        connection["api_binding"]["base_url"] = self.clips.url
        connection["allow_insecure_loopback"] = True
        self.write("connection.json", connection)

    def run_command(self, line):
        words = shlex.split(line)
        self.assertEqual("workflow-node", words[0])
        ended = subprocess.run([os.environ["CLI"], *words[1:]], cwd=self.folder, capture_output=True, text=True,
                               timeout=60, check=False, env={**os.environ, "WORKFLOW_NODE_MODULE": os.environ["MODULE"]})
        self.assertNotIn(KEY, ended.stdout + ended.stderr)
        return ended

    def test_one_job_one_video(self):
        first, inputs, second, right, output = map(json.loads, blocks("json"))
        checks, run, *shown = blocks("")
        self.write("input.json", inputs)

        self.connect(first)
        check, dry_run = map(self.run_command, checks.splitlines())
        self.assertEqual(0, check.returncode, check.stderr)
        submit = json.loads(dry_run.stdout)["requests"][0]
        self.assertEqual(self.clips.url + "/api/generate", submit["url"])
        self.assertEqual([], self.clips.submits)

        for connection, error in ((None, shown[0]), (second, shown[2])):
            if connection is not None:
                self.connect(connection)
            ended = self.run_command(run)
            self.assertEqual(1, ended.returncode, ended.stderr)
            self.assertIn(error.splitlines()[0], ended.stderr)
        self.assertIn("clip", json.dumps(self.trace()[-1]["reply"]["body"]))

        self.connect(right)
        ended = self.run_command(run)
        self.assertEqual(0, ended.returncode, ended.stderr)
        self.assertEqual(output, json.loads(ended.stdout))
        self.assertEqual([("/api/generate", {"prompt": inputs["prompt"], "image_url": inputs["image"]})],
                         self.clips.submits)

    def trace(self):
        with open(os.path.join(self.folder, "clip.trace"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]


if __name__ == "__main__":
    unittest.main()
