"""Runs of the built modules, with asyncio and without."""

import asyncio
import gc
import json
import logging
import threading
import time
import unittest
import weakref

from support import API_KEY, Case, EXAMPLE, HeldPeer, INPUT, PIXELML, Peer, connection_to, echo_input, run, wfn
from workflow_node import _callbacks

KEY = {"api_key": "k"}


class EchoRuns(Case):
    module = wfn.Module.load(EXAMPLE)

    def test_a_run_gives_its_output_and_its_progress(self):
        async def main():
            async with wfn.Session(self.module) as session:
                seen = []
                result = await session.run("slow_echo", echo_input(300), connection=KEY,
                                           on_progress=lambda p: seen.append((p, threading.current_thread())))
                return result, seen
        result, seen = run(main())
        self.assertEqual({"echo": echo_input(300)}, result.output)
        last = seen[-1][0]
        self.assertEqual(("running", "echo-1", "The echo is on its way back"), (last.phase, last.job_id, last.message))
        self.assertTrue(0 < last.fraction < 1 and last.eta <= 0.3 and last.elapsed > 0, last)
        self.assertEqual({threading.current_thread()}, {thread for _, thread in seen})

    def test_without_a_loop_progress_comes_on_the_thread_that_waits(self):
        seen = []
        with wfn.Session(self.module) as session:
            result = session.run_sync("slow_echo", echo_input(200), connection=KEY,
                                      on_progress=lambda _: seen.append(threading.current_thread()))
        self.assertEqual({"echo": echo_input(200)}, result.output)
        self.assertEqual({threading.current_thread()}, set(seen))

    def test_a_callback_that_raises_stops_nothing_and_is_logged(self):
        def raises(_progress):
            raise LookupError("of the caller")

        async def main():
            async with wfn.Session(self.module) as session:
                return await session.run("slow_echo", echo_input(100), connection=KEY, on_progress=raises)
        with self.assertLogs("workflow_node", logging.ERROR) as logs:
            self.assertEqual({"echo": echo_input(100)}, run(main()).output)
        self.assertIn("LookupError: of the caller", logs.output[0])

    def test_the_log_of_the_module_goes_to_logging_or_to_on_log(self):
        with self.assertLogs("workflow_node.example", logging.INFO) as logs:
            wfn.Session(self.module).close()
        self.assertIn("The echo is listening", logs.output[0])
        lines = []
        wfn.Session(self.module, on_log=lambda level, line: lines.append((level, line))).close()
        self.assertEqual([(logging.INFO, "The echo is listening")], lines)

    def test_the_deadline_is_an_error_with_a_checkpoint_that_goes_on(self):
        with wfn.Session(self.module) as session:
            with self.assertRaises(wfn.RunError) as caught:
                session.run_sync("slow_echo", echo_input(600), connection=KEY, timeout=0.1)
            error = caught.exception
            self.assertEqual(("processing_timeout", "failed", True, 2.0, "yes", "echo-1"),
                             (error.code, error.outcome, error.retryable, error.retry_after, error.charged,
                              error.job_id))
            self.assertEqual(("yes", "echo-1"), (error.checkpoint.submission, error.checkpoint.job_id))
            self.assertTrue(str(error).startswith("Processing Timeout: The deadline came"), str(error))
            self.assertTrue(str(error).endswith("It was charged."), str(error))
            result = session.run_sync("slow_echo", echo_input(600), connection=KEY,
                                      checkpoints=wfn.Memory(error.checkpoint))
        self.assertEqual(["resumed"], [warning.code for warning in result.warnings])

    def test_the_members_of_a_bad_input_say_where_it_is_bad(self):
        with wfn.Session(self.module) as session, self.assertRaises(wfn.RunError) as caught:
            session.run_sync("echo", {"milliseconds": 1})
        self.assertEqual("invalid_input", caught.exception.code)
        self.assertEqual((wfn.Detail("/text", "required, but missing"),), caught.exception.details)

    def test_suspended_is_an_exception_with_what_to_go_on_from(self):
        store = wfn.Memory()
        with wfn.Session(self.module) as session:
            with self.assertRaises(wfn.Suspended) as caught:
                session.run_sync("slow_echo", echo_input(300), connection=KEY, checkpoints=store,
                                 suspend="when_submitted")
            self.assertEqual(store.checkpoint, caught.exception.checkpoint)
            self.assertGreater(caught.exception.resume_after, 0)
            run = session.start("slow_echo", echo_input(60_000), connection=KEY)
            run.suspend()
            with self.assertRaises(wfn.Suspended):
                run.wait(10)
            self.assertEqual({"echo": echo_input(300)}, session.run_sync(
                "slow_echo", echo_input(300), connection=KEY, checkpoints=store).output)
        self.assertIsNone(store.checkpoint)

    def test_collect_never_starts_anything(self):
        async def main():
            async with wfn.Session(self.module) as session:
                with self.assertRaises(wfn.RunError) as caught:
                    await session.collect("slow_echo", echo_input(100), connection=KEY, checkpoints=wfn.Memory())
                self.assertEqual("nothing_to_collect", caught.exception.code)
        run(main())

    def test_validate_gives_no_output_or_the_error_of_the_run(self):
        async def main():
            async with wfn.Session(self.module) as session:
                self.assertIsNone((await session.validate("slow_echo", echo_input(60_000), KEY)).output)
                with self.assertRaises(wfn.RunError) as caught:
                    await session.validate("slow_echo", echo_input(1), {"api_key": "wrong"})
                self.assertEqual("invalid_connection", caught.exception.code)
        run(main())

    def test_a_run_in_hand_is_cancelled_and_keeps_its_error(self):
        with wfn.Session(self.module) as session:
            run = session.start("slow_echo", echo_input(60_000), connection=KEY)
            with self.assertRaises(TimeoutError):
                run.wait(0.01)
            run.cancel()
            for _ in range(2):
                with self.assertRaises(wfn.RunError) as caught:
                    run.wait(10)
                self.assertEqual(("cancelled", "cancelled"), (caught.exception.code, caught.exception.outcome))
            run.cancel()  # of a run that is over: nothing

    def test_a_cancelled_task_ends_when_its_run_has(self):
        async def main():
            async with wfn.Session(self.module) as session:
                task = asyncio.create_task(session.run("slow_echo", echo_input(60_000), connection=KEY))
                await asyncio.sleep(0)
                self.assertEqual(1, len(session._runs))
                task.cancel()
                with self.assertRaises(asyncio.CancelledError):
                    await task
                self.assertEqual(0, len(session._runs))
        run(main())

    def test_close_suspends_the_runs_that_others_wait_for(self):
        async def main():
            session = wfn.Session(self.module)
            tasks = [asyncio.create_task(session.run("slow_echo", echo_input(60_000), connection=KEY))
                     for _ in range(5)]
            await asyncio.sleep(0)
            await session.aclose()
            session.close()  # again: nothing
            ends = await asyncio.gather(*tasks, return_exceptions=True)
            self.assertEqual([wfn.Suspended] * 5, [type(end) for end in ends])
            with self.assertRaisesRegex(wfn.Error, "closed"):
                await session.run("echo", {"text": "x"})
        run(main())

    def test_one_session_serves_many_loops(self):
        session = wfn.Session(self.module)
        outputs = []

        async def some():
            results = await asyncio.gather(*(session.run("slow_echo", echo_input(20 + i), connection=KEY)
                                             for i in range(10)))
            outputs.extend(result.output["echo"]["milliseconds"] for result in results)
        threads = [threading.Thread(target=lambda: asyncio.run(some())) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        session.close()
        self.assertEqual(sorted(list(range(20, 30)) * 3), sorted(outputs))

    def test_a_loop_that_is_closed_early_disturbs_nobody(self):
        session = wfn.Session(self.module)
        store = wfn.Memory()
        loop = asyncio.new_event_loop()
        seen = []
        task = loop.create_task(session.run("slow_echo", echo_input(250), connection=KEY, checkpoints=store,
                                            on_progress=seen.append))
        loop.run_until_complete(asyncio.sleep(0.05))
        loop.close()
        task._log_destroy_pending = False
        started, = session._runs
        noise = []
        handler = logging.Handler()
        handler.emit = noise.append
        logging.getLogger("workflow_node").addHandler(handler)
        self.addCleanup(logging.getLogger("workflow_node").removeHandler, handler)
        self.addCleanup(setattr, threading, "excepthook", threading.excepthook)
        threading.excepthook = noise.append
        self.until(started.done)
        # It was not cancelled, it ended well, and as nobody was there it can be collected.
        self.assertEqual({"echo": echo_input(250)}, started.wait().output)
        self.assertIsNotNone(store.checkpoint)
        self.assertEqual([], noise)
        self.assertEqual({"echo": {"text": "x"}}, session.run_sync("echo", {"text": "x"}).output)
        session.close()

    def test_many_runs_leave_nothing_behind(self):
        class Reporter:
            def __call__(self, _progress):
                pass

        async def main():
            async with wfn.Session(self.module) as session:
                refs = []
                for _ in range(25):
                    reporter = Reporter()
                    store = wfn.Memory()
                    runs = [session.start("slow_echo", echo_input(1), connection=KEY, on_progress=reporter,
                                          checkpoints=store) for _ in range(10)]
                    refs += [weakref.ref(thing) for thing in (*runs, reporter, store)]
                    await asyncio.gather(*runs)
                del runs, reporter, store
                await asyncio.sleep(0.1)  # the last callbacks are on their way out
                gc.collect()
                return [ref() for ref in refs if ref() is not None], len(refs)
        left, made = run(main())
        self.assertEqual((300, []), (made, left))
        self.assertEqual({}, _callbacks.live)


class PaidRuns(Case):
    module = wfn.Module.load(PIXELML)

    def test_gets_a_video(self):
        store = wfn.File(self.folder / "run.json")

        async def main(peer):
            async with wfn.Session(self.module, name="test", version="1.0") as session:
                return await session.run("image_to_video", INPUT, connection=connection_to(peer), checkpoints=store,
                                         run_key="run 1")
        with Peer() as peer:
            self.assertEqual({"video": Peer.video_of("job-1")}, run(main(peer)).output)
        (headers, body), = peer.submits
        self.assertEqual((INPUT, f"Bearer {API_KEY}"), (body, headers["authorization"]))
        self.assertEqual([], list(self.folder.iterdir()))

    def test_an_error_of_the_service_has_its_status(self):
        with Peer(script=[(402, {"error": {"code": "insufficient_credits", "message": "No credits."}})]) as peer, \
                wfn.Session(self.module) as session, self.assertRaises(wfn.RunError) as caught:
            session.run_sync("image_to_video", INPUT, connection=connection_to(peer))
        error = caught.exception
        self.assertEqual(("insufficient_credits", 402, "no"), (error.code, error.http_status, error.charged))
        self.assertTrue(error.solution and error.cause and error.type)

    def test_a_traced_session_logs_each_exchange(self):
        lines = []
        with Peer() as peer:
            for trace in (False, True):
                with wfn.Session(self.module, on_log=lambda *line: lines.append(line), trace=trace) as session:
                    session.run_sync("image_to_video", INPUT, connection=connection_to(peer))
                traced = [line for level, line in lines if level == wfn.TRACE]
                self.assertEqual(trace, bool(traced))
        self.assertEqual("submit", json.loads(traced[0])["purpose"])
        self.assertNotIn(API_KEY, str(lines))

    def test_two_hundred_runs_half_of_them_cancelled(self):
        async def main(peer):
            async with wfn.Session(self.module) as session:
                tasks = [asyncio.create_task(session.run(
                    "image_to_video", {**INPUT, "prompt": f"Run {i}"}, connection=connection_to(peer),
                    checkpoints=wfn.File(self.folder / f"{i}.json"), run_key=f"run {i}")) for i in range(200)]
                while len(peer.submits) < 100:
                    await asyncio.sleep(0.01)
                for task in tasks[::2]:
                    task.cancel()
                await asyncio.gather(*tasks[::2], return_exceptions=True)
                peer.release = True
                return await asyncio.gather(*tasks, return_exceptions=True)
        with HeldPeer() as peer:
            ends = run(main(peer))
        self.assertEqual([asyncio.CancelledError] * 100, [type(end) for end in ends[::2]])
        videos = {end.output["video"] for end in ends[1::2]}
        self.assertEqual(100, len(videos))
        # Every job is a video, cancelled, or kept: under load the service may take too long to cancel one.
        left = {int(file.stem): file.read_text() for file in self.folder.iterdir()}
        self.assertEqual([], [number for number in left if number % 2 == 1])
        kept = {json.loads(text).get("job_id") for text in left.values()} - {None}
        collected = {video.rsplit("/", 1)[1][:-len(".mp4")] for video in videos}
        jobs = [f"job-{i + 1}" for i in range(len(peer.submits))]
        self.assertEqual(sorted(jobs), sorted([*collected, *{*peer.cancelled, *kept}]))

    def test_the_video_of_a_run_that_was_done_when_it_was_cancelled_can_be_collected(self):
        class DonePeer(HeldPeer):
            """Its jobs are done the moment that somebody wants them cancelled."""
            def cancel(self, job_id):
                self.release = True
                return 409, {"error": {"code": "already_done", "message": "The job is done."}}
        path = self.folder / "run.json"

        async def main(peer):
            options = {"connection": connection_to(peer), "checkpoints": wfn.File(path), "run_key": "run 1"}
            async with wfn.Session(self.module) as session:
                task = asyncio.create_task(session.run("image_to_video", INPUT, **options))
                while not peer.submits or b"job-1" not in path.read_bytes():
                    await asyncio.sleep(0.01)
                task.cancel()
                with self.assertRaises(asyncio.CancelledError):
                    await task
                self.assertIn(b"job-1", path.read_bytes())
                return await session.collect("image_to_video", INPUT, **options)
        with DonePeer() as peer:
            self.assertEqual({"video": Peer.video_of("job-1")}, run(main(peer)).output)
        self.assertEqual(1, len(peer.submits))

    def test_a_result_that_came_too_late_for_its_task_is_kept_again(self):
        path = self.folder / "run.json"

        async def main(peer):
            options = {"connection": connection_to(peer), "checkpoints": wfn.File(path), "run_key": "run 1"}
            async with wfn.Session(self.module) as session:
                task = asyncio.create_task(session.run("image_to_video", INPUT, **options))
                await asyncio.sleep(0)
                started, = session._runs
                peer.release = True
                while not started.done():  # the loop stands still meanwhile: the task does not learn of it
                    time.sleep(0.01)
                self.assertFalse(path.exists())
                task.cancel()
                with self.assertRaises(asyncio.CancelledError):
                    await task
                self.assertIn(b"job-1", path.read_bytes())
                return await session.collect("image_to_video", INPUT, **options)
        with HeldPeer() as peer:
            self.assertEqual({"video": Peer.video_of("job-1")}, run(main(peer)).output)
        self.assertEqual(1, len(peer.submits))


class Questions(Case):
    """What can be asked without a job."""

    module = wfn.Module.load(PIXELML)

    def test_a_connection_is_checked_without_an_input_and_without_a_job(self):
        async def main(peer):
            async with wfn.Session(self.module) as session:
                return await session.check_connection("image_to_video", connection_to(peer))
        with Peer() as peer:
            result = run(main(peer))
            self.assertIsNone(result.output)
            self.assertEqual(([], []), (list(result.warnings), peer.submits))

    def test_a_check_says_what_stands_in_the_way(self):
        async def main(peer):
            async with wfn.Session(self.module) as session:
                await session.check_connection("image_to_video", connection_to(peer))
        with Peer() as peer:
            peer.poll = lambda _: (401, {})
            with self.assertRaises(wfn.RunError) as caught:
                run(main(peer))
        self.assertEqual(("api_connection_error", 401, "no"),
                         (caught.exception.code, caught.exception.http_status, caught.exception.charged))

    def test_a_dry_run_shows_the_requests_and_sends_none(self):
        async def main(peer):
            async with wfn.Session(self.module) as session:
                return await session.dry_run("image_to_video", INPUT, connection_to(peer))
        with Peer() as peer:
            requests = run(main(peer)).output["requests"]
            self.assertEqual(([], {}), (peer.submits, peer.polls))
        self.assertEqual(["submit", "poll"], [request["purpose"] for request in requests])
        self.assertEqual("Bearer ***", requests[0]["headers"]["Authorization"])
        self.assertNotIn(API_KEY, json.dumps(requests))


if __name__ == "__main__":
    unittest.main()
