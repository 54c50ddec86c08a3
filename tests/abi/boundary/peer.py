"""A scripted job server: the PixelML API as the module's built-in binding describes it, on loopback.

    with Peer(script=[(503, {}), Peer.JOB]) as peer: ...

Each submit takes the next entry of the script and the last one over again: JOB makes a job, anything else
is (HTTP status, body) and makes none. A job is "running" at its first poll and "succeeded" at the second.
"""

import http.server
import json
import sys
import threading


class Peer:
    JOB = "job"

    def __init__(self, script=(JOB,)):
        self.script = list(script)
        self.lock = threading.Lock()
        self.submits = []  # (headers in lower case, body) of each
        self.polls = {}  # by job id
        self.cancelled = []
        handler = type("Handler", (_Handler,), {"peer": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever)

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @staticmethod
    def video_of(job_id):
        return f"https://storage.example.com/videos/{job_id}.mp4"

    def submit(self, headers, body):
        with self.lock:
            step = self.script[min(len(self.submits), len(self.script) - 1)]
            self.submits.append((headers, body))
            if step != Peer.JOB:
                return step
            job_id = f"job-{len(self.polls) + 1}"
            self.polls[job_id] = 0
            return 202, {"id": job_id, "status": "queued"}

    def poll(self, job_id):
        with self.lock:
            if job_id not in self.polls:
                return 404, {"error": {"code": "not_found", "message": "No such job."}}
            self.polls[job_id] += 1
            if self.polls[job_id] == 1:
                return 200, {"id": job_id, "status": "running", "progress": 0.5}
            return 200, {"id": job_id, "status": "succeeded", "output": {"video": self.video_of(job_id)}}

    def cancel(self, job_id):
        with self.lock:
            self.cancelled.append(job_id)
            return 200, {"id": job_id, "status": "cancelled"}

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256  # with fewer, connections that come all at once are lost half made

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a client that goes away is no fault
            super().handle_error(request, client_address)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    peer = None

    def _answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/v1/image-to-video":
            return self._answer(404, {})
        headers = {name.lower(): value for name, value in self.headers.items()}
        return self._answer(*self.peer.submit(headers, body))

    def do_GET(self):
        self._answer(*self.peer.poll(self.path.removeprefix("/v1/jobs/")))

    def do_DELETE(self):
        self._answer(*self.peer.cancel(self.path.removeprefix("/v1/jobs/")))

    def log_message(self, *_):
        pass
