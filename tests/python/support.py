"""What the tests of hosts/python share. The built modules come in the environment."""

import asyncio
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "hosts" / "python"), str(ROOT / "tests" / "abi" / "boundary")]

import workflow_node as wfn
from peer import Peer

EXAMPLE = os.environ["EXAMPLE_MODULE"]
PIXELML = os.environ["PIXELML_MODULE"]
API_KEY = "key-of-the-python-test"
INPUT = {"model": "Pixel M", "prompt": "Gentle hair movement in breeze", "image": "https://example.com/portrait.jpg",
         "negative_prompt": None, "size": "Portrait HD (9:16)", "prompt_optimizer": True}


class HeldPeer(Peer):
    """Its jobs run until release is set."""

    release = False

    def poll(self, job_id):
        if self.release:
            with self.lock:
                self.polls[job_id] = max(1, self.polls.get(job_id, 0))
            return super().poll(job_id)
        return 200, {"id": job_id, "status": "running", "progress": 0.5}


def connection_to(peer):
    return {"api_key": API_KEY, "base_url": peer.base_url, "allow_insecure_loopback": True}


def connection_with_files(peer, max_bytes=1_000_000):
    """Of a service that takes a file in the submit."""
    binding = json.loads((ROOT / "schemas" / "pixelml_api.json").read_text())
    binding["files"] = {"media_types": ["image/jpeg", "image/png"], "max_bytes": max_bytes, "max_side": 4096,
                        "as": "data_uri"}
    return {**connection_to(peer), "api_binding": binding}


def echo_input(milliseconds):
    return {"text": "hello", "milliseconds": milliseconds}


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def until(self, condition, seconds=20.0):
        """In real time, because what is waited for happens in another thread or process."""
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, "it did not come about")
            time.sleep(0.01)

    @contextlib.contextmanager
    def process(self, code, *arguments, **environment):
        """A Python process that runs the code, or a file; killed at the end at the latest."""
        program = [code] if isinstance(code, pathlib.Path) else ["-c", code]
        child = subprocess.Popen(
            [sys.executable, *program, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'tests' / 'python'}:{ROOT / 'hosts' / 'python'}", **environment})
        try:
            yield child
        finally:
            child.kill()
            child.communicate()

    def ended(self, child, seconds=40):
        out, err = child.communicate(timeout=seconds)
        self.assertNotIn(API_KEY, out + err)
        return out, err


def run(coroutine):
    return asyncio.run(coroutine)
