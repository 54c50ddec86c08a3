"""The example hosts end to end: example_hosts_test.py HOST (MODULE and EXAMPLE_MODULE in the environment)"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "abi" / "boundary"))
from peer import Peer  # noqa: E402: the path has to come first

HOST = sys.argv[1]
MODULE = os.environ["MODULE"]
EXAMPLE_MODULE = os.environ["EXAMPLE_MODULE"]
API_KEY = "key-of-the-example-hosts"
INPUT = json.dumps({"prompt": "Slow zoom in", "image": "https://example.com/shoe.jpg", "negative_prompt": None})
TIMEOUT_S = 60


class HeldPeer(Peer):
    """Its jobs are running until they are let go."""

    def __init__(self):
        super().__init__()
        self.looked_at = threading.Event()
        self.let_go = threading.Event()

    def poll(self, job_id):
        if self.let_go.is_set():
            return super().poll(job_id)
        self.looked_at.set()
        return 200, {"id": job_id, "status": "running"}


class ExampleHostTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.connection = pathlib.Path(folder.name, "connection.json")
        self.checkpoint = pathlib.Path(folder.name, "checkpoint.json")

    def connect(self, peer):
        connection = {"api_key": API_KEY, "base_url": peer.base_url, "allow_insecure_loopback": True}
        self.connection.write_text(json.dumps(connection), encoding="utf-8")

    def run_host(self, *words):
        ended = subprocess.run([HOST, *words], capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        self.assertNotIn(API_KEY, ended.stdout + ended.stderr)
        return ended

    def words(self, command, last, module=MODULE, node="image_to_video", node_input=INPUT):
        return command, module, node, str(self.connection), node_input, str(last)

    def test_lists_the_nodes(self):
        self.assertRegex(self.run_host("list", MODULE).stdout, r"\Aimage_to_video: .+\n\Z")
        self.assertRegex(self.run_host("list", EXAMPLE_MODULE).stdout, r"\Aecho: .+\nslow_echo: .+\n\Z")

    def test_refuses_what_is_no_module_node_or_command(self):
        self.connection.write_text("{}", encoding="utf-8")
        for words in [("list", "/nowhere.so"), ("list", EXAMPLE_MODULE.replace("example_module", "")), (),
                      self.words("run", self.checkpoint, node="of_nobody"), self.words("walk", self.checkpoint)]:
            ended = self.run_host(*words)
            self.assertEqual((1, ""), (ended.returncode, ended.stdout), words)
            self.assertTrue(ended.stderr.startswith(os.path.basename(HOST) + ": "), ended.stderr)

    def test_refuses_modules_that_break_the_boundary(self):
        for name in ["module_of_another_abi", "module_without_entry", "module_incomplete"]:
            ended = self.run_host("list", os.path.join(os.environ["REFUSED_MODULES"], name + ".so"))
            self.assertEqual((1, ""), (ended.returncode, ended.stdout), name)
            self.assertEqual(name == "module_of_another_abi", "major" in ended.stderr, ended.stderr)
            self.assertTrue(ended.stderr.startswith(os.path.basename(HOST) + ": "), ended.stderr)

    def test_runs_a_node_of_another_module(self):
        self.connection.write_text('{"api_key": "k"}', encoding="utf-8")
        node_input = '{"text": "hello", "milliseconds": 50}'
        ended = self.run_host(*self.words("run", self.checkpoint, EXAMPLE_MODULE, "slow_echo", node_input))
        self.assertEqual({"echo": json.loads(node_input)}, json.loads(ended.stdout or "null"), ended.stderr)
        self.assertIn("checkpoint: {", ended.stderr)

    def test_a_killed_run_goes_on_with_the_same_job(self):
        with HeldPeer() as peer:
            self.connect(peer)
            with subprocess.Popen([HOST, *self.words("run", self.checkpoint)], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as host:
                try:
                    self.assertTrue(peer.looked_at.wait(TIMEOUT_S), "the job was not looked at")
                finally:
                    host.kill()
            self.assertIn("job-1", self.checkpoint.read_text(encoding="utf-8"))
            peer.let_go.set()
            ended = self.run_host(*self.words("run", self.checkpoint))
            self.assertEqual({"video": Peer.video_of("job-1")}, json.loads(ended.stdout or "null"), ended.stderr)
            self.assertEqual(1, len(peer.submits))
        self.assertFalse(self.checkpoint.exists())

    def test_a_checkpoint_that_cannot_be_read_or_kept_submits_nothing(self):
        self.checkpoint.symlink_to(self.checkpoint)  # cannot be read, not even by root, but could be replaced
        with Peer() as peer:
            self.connect(peer)
            ended = self.run_host(*self.words("run", self.checkpoint))
            self.assertEqual((1, ""), (ended.returncode, ended.stdout))
            ended = self.run_host(*self.words("run", "/proc/nobody/checkpoint.json"))
            self.assertEqual((1, ""), (ended.returncode, ended.stdout))
            self.assertIn("checkpoint_not_kept", ended.stderr)
            self.assertEqual([], peer.submits)

    def test_half_of_many_runs_is_cancelled(self):
        with HeldPeer() as peer:
            self.connect(peer)
            with subprocess.Popen([HOST, *self.words("many", 200)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  text=True) as host:
                try:
                    # Until then no job may be done: a run that is over is left as it is by a cancel.
                    self.assertIn("200 runs were started", host.stderr.readline())
                    peer.let_go.set()
                    output, _ = host.communicate(timeout=TIMEOUT_S)
                finally:
                    host.kill()
        self.assertEqual("succeeded 100, failed 0, cancelled 100, suspended 0\n", output)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
