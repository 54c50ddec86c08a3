"""A host in any language runs the node end to end: host_test.py COMMAND... (MODULE in the environment)

In the command's words, {module}, {connection}, {input} and {checkpoint} stand for the module, the connection's file,
the input and a file that does not exist.
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

from peer import Peer

COMMAND = sys.argv[1:]
API_KEY = "key-of-the-host-test"
INPUT = {
    "model": "Pixel M",
    "prompt": "Gentle hair movement in breeze, subtle facial expressions, cinematic lighting",
    "image": "https://example.com/portrait.jpg",
    "negative_prompt": "unnatural movement, flickering, artifacts",
    "size": "Portrait HD (9:16)",
    "prompt_optimizer": True,
}


class HostTest(unittest.TestCase):
    def run_host(self, peer, node_input):
        with tempfile.TemporaryDirectory() as folder:
            words = {
                "{module}": os.environ["MODULE"],
                "{connection}": os.path.join(folder, "connection.json"),
                "{input}": json.dumps(node_input),
                "{checkpoint}": os.path.join(folder, "checkpoint.json"),
            }
            with open(words["{connection}"], "w", encoding="utf-8") as file:
                json.dump({"api_key": API_KEY, "base_url": peer.base_url, "allow_insecure_loopback": True}, file)
            ended = subprocess.run([words.get(word, word) for word in COMMAND],
                                   capture_output=True, text=True, timeout=60, check=False)
        self.assertNotIn(API_KEY, ended.stdout + ended.stderr)
        return ended

    def test_gets_a_video(self):
        with Peer() as peer:
            ended = self.run_host(peer, INPUT)
        self.assertEqual(0, ended.returncode, ended.stderr)
        self.assertEqual({"video": Peer.video_of("job-1")}, json.loads(ended.stdout))
        self.assertEqual({"job-1": 2}, peer.polls)
        (headers, body), = peer.submits
        self.assertEqual(INPUT, body)
        self.assertEqual(f"Bearer {API_KEY}", headers["authorization"])
        self.assertTrue(headers["idempotency-key"])

    def test_shows_progress_and_is_given_both_checkpoints(self):
        with Peer() as peer:
            ended = self.run_host(peer, INPUT)
        lines = ended.stderr.splitlines()
        self.assertTrue([line for line in lines if line.startswith("progress:") and "50" in line], lines)
        checkpoints = [json.loads(line.split(" ", 1)[1]) for line in lines if line.startswith("checkpoint:")]
        self.assertEqual([None, "job-1"], [checkpoint.get("job_id") for checkpoint in checkpoints])

    def test_a_submit_that_certainly_made_no_job_is_repeated_with_the_same_key(self):
        with Peer(script=[(503, {"error": "busy"}), (429, {}), Peer.JOB]) as peer:
            ended = self.run_host(peer, INPUT)
        self.assertEqual(0, ended.returncode, ended.stderr)
        self.assertEqual(3, len(peer.submits))
        self.assertEqual(1, len({headers["idempotency-key"] for headers, _ in peer.submits}))

    def test_reports_an_error_of_the_api(self):
        with Peer(script=[(402, {"error": {"code": "insufficient_credits", "message": "No credits."}})]) as peer:
            ended = self.run_host(peer, INPUT)
        self.assertEqual(1, ended.returncode)
        self.assertEqual("", ended.stdout)
        self.assertEqual("insufficient_credits", json.loads(ended.stderr.splitlines()[-1])["code"])

    def test_reports_a_bad_input(self):
        with Peer() as peer:
            ended = self.run_host(peer, {"prompt": "x"})
        self.assertEqual(1, ended.returncode)
        error = json.loads(ended.stderr.splitlines()[-1])
        self.assertEqual("invalid_input", error["code"])
        self.assertEqual([], peer.submits)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
