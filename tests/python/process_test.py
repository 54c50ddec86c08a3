"""What becomes of runs when their process is killed, interrupted, forked, or comes to its end."""

import json
import signal
import time
import unittest

from support import Case, HeldPeer, INPUT, PIXELML, Peer, ROOT, connection_to, wfn

# A process that works on one paid run: BASE_URL FILE
RUN = """
from support import *
class Address:
    base_url = sys.argv[1]
options = dict(connection=connection_to(Address), checkpoints=wfn.File(sys.argv[2]), run_key="run 1")
session = wfn.Session(wfn.Module.load(PIXELML))
"""
RUN_SYNC = RUN + """
with session:
    try:
        print(session.run_sync("image_to_video", INPUT, **options).output)
    except KeyboardInterrupt:
        print("interrupted")
        sys.exit(7)
"""
RUN_ASYNC = RUN + """
async def main():
    async with session:
        print((await session.run("image_to_video", INPUT, **options)).output)
asyncio.run(main())
"""
# Twenty runs, and the ways in which a program can end amid them.
EXIT = RUN + """
import pathlib, threading, time
folder = pathlib.Path(sys.argv[2])
del options["run_key"], options["checkpoints"]
how = sys.argv[3]

def start(i):
    return session.start("image_to_video", {**INPUT, "prompt": str(i)}, checkpoints=wfn.File(folder / f"{i}.json"),
                         run_key=f"run {i}", **options)

def wait(i):
    try:
        start(i).wait()
    except wfn.Suspended:
        pass

if how == "threads":
    for i in range(20):
        threading.Thread(target=wait, args=(i,), daemon=True).start()
else:
    runs = [start(i) for i in range(20)]
if how != "at once":
    while sum("job-" in file.read_text() for file in folder.glob("*.json")) < 20:
        time.sleep(0.01)
if how == "raise":
    raise SystemError("on purpose")
if how == "loop":
    async def main():
        for run in runs:
            asyncio.ensure_future(run)
        await asyncio.sleep(0)
    asyncio.new_event_loop().run_until_complete(main())
sys.exit(5)
"""


class ProcessTest(Case):
    def setUp(self):
        super().setUp()
        self.path = self.folder / "run.json"

    def until_the_job_is_kept(self):
        self.until(lambda: self.path.exists() and "job-1" in self.path.read_text())

    def test_a_killed_run_goes_on_with_the_same_job(self):
        with HeldPeer() as peer:
            with self.process(RUN_ASYNC, peer.base_url, self.path) as child:
                self.until_the_job_is_kept()
                child.kill()
                self.assertEqual(-signal.SIGKILL, child.wait(10))
            peer.release = True
            with self.process(RUN_ASYNC, peer.base_url, self.path) as child:
                out, err = self.ended(child)
            self.assertEqual((f"{{'video': '{Peer.video_of('job-1')}'}}\n", 0), (out, child.returncode), err)
        self.assertEqual(1, len(peer.submits))
        # The lock's file is the killed process's, until the next run takes it over and removes it.
        self.assertEqual([], list(self.folder.iterdir()))

    def test_the_example_lists_runs_and_goes_on(self):
        host = ROOT / "examples" / "host_python" / "host.py"
        with self.process(host, PIXELML) as child:
            self.assertTrue(self.ended(child)[0].startswith("image_to_video  "))
        connection = self.folder / "connection.json"
        with HeldPeer() as peer:
            connection.write_text(json.dumps(connection_to(peer)))
            arguments = (host, PIXELML, connection, json.dumps(INPUT), self.path)
            with self.process(*arguments) as child:
                self.until_the_job_is_kept()
            peer.release = True  # and the process was killed
            with self.process(*arguments) as child:
                out, err = self.ended(child)
        self.assertEqual(({"video": Peer.video_of("job-1")}, 1), (json.loads(out), len(peer.submits)), err)
        with self.process(host) as child:
            self.assertIn("host.py MODULE", self.ended(child)[1])

    def interrupt(self, code, exit_code):
        with HeldPeer() as peer:
            with self.process(code, peer.base_url, self.path) as child:
                self.until_the_job_is_kept()
                child.send_signal(signal.SIGINT)
                out, err = self.ended(child)
        self.assertEqual(exit_code, child.returncode, err)
        self.assertEqual(["job-1"], peer.cancelled)
        self.assertEqual("prepared", json.loads(self.path.read_text())["state"])
        return out, err

    def test_an_interrupt_cancels_the_job_of_a_synchronous_run(self):
        self.assertEqual("interrupted\n", self.interrupt(RUN_SYNC, 7)[0])

    def test_an_interrupt_cancels_the_job_of_an_event_loop_s_run(self):
        self.assertIn("KeyboardInterrupt", self.interrupt(RUN_ASYNC, -signal.SIGINT)[1])

    def exit(self, how, exit_code, message=""):
        with HeldPeer() as peer:
            started = time.monotonic()
            with self.process(EXIT, peer.base_url, self.folder, how) as child:
                out, err = self.ended(child)
            self.assertLess(time.monotonic() - started, 20)
        self.assertEqual((exit_code, ""), (child.returncode, out), err)
        self.assertIn(message, err)
        if not message:
            self.assertEqual("", err)
        return peer

    def test_at_exit_the_runs_are_suspended_and_their_jobs_are_kept(self):
        for how, code, message in (("exit", 5, ""), ("raise", 1, "SystemError: on purpose"), ("threads", 5, ""),
                                   ("loop", 5, "Task was destroyed but it is pending")):
            with self.subTest(how):
                peer = self.exit(how, code, message)
                self.assertEqual(20, len(peer.submits))
                kept = {file.name: wfn.File(file).load().json for file in self.folder.glob("*.json")}
                self.assertEqual(20, len({job for job in (f"job-{i + 1}" for i in range(20))
                                          if any(f'"{job}"' in text for text in kept.values())}))
                for file in self.folder.iterdir():
                    file.unlink()

    def test_at_exit_runs_that_have_just_begun_lose_nothing(self):
        peer = self.exit("at once", 5)
        texts = [file.read_text() for file in self.folder.glob("*.json")]
        for i in range(len(peer.submits)):
            # A job that was made is kept; or the submit that may have made it is, with its key.
            key = peer.submits[i][0]["idempotency-key"]
            self.assertTrue(any(f'"job-{i + 1}"' in text or key in text for text in texts), (i, texts))

    def test_a_forked_child_leaves_its_parent_s_runs_alone(self):
        code = """
from support import *
import threading, warnings
warnings.simplefilter("ignore")  # of threads and fork, in newer versions of Python
module = wfn.Module.load(EXAMPLE)
session = wfn.Session(module)
with session:
    run = session.start("slow_echo", echo_input(700), connection={"api_key": "k"}, checkpoints=wfn.Memory())
    child = os.fork()
    if child == 0:
        for wrong in (lambda: session.run_sync("echo", {"text": "x"}), lambda: run.wait(5)):
            try:
                wrong()
            except wfn.Error as error:
                assert "parent" in str(error), error
            else:
                raise SystemError("the parent's session was used")
        with wfn.Session(module) as own:
            assert own.run_sync("echo", {"text": "x"}).output == {"echo": {"text": "x"}}
        wfn.Session(module).start("slow_echo", echo_input(60000), connection={"api_key": "k"})
        sys.exit(3)  # through the with of the parent's session, and atexit
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
    print(run.wait(10).output)
"""
        with self.process(code) as child:
            out, err = self.ended(child)
        self.assertEqual("{'echo': {'text': 'hello', 'milliseconds': 700}}\n", out, err)
        self.assertEqual((0, ""), (child.returncode, err))


if __name__ == "__main__":
    unittest.main()
