'use strict';
// The service's API without the rendering: every job is done after a while. For tests of many runs at once.
const http = require('node:http');

async function startJobServer({ jobMs = 1500 } = {}) {
  const jobs = new Map();
  const byKey = new Map();
  let url;

  const reply = (response, status, body) => {
    const text = JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    response.end(text);
  };
  const view = (job) => {
    const age = Date.now() - job.created;
    if (age < jobMs) return { id: job.id, status: 'running', progress: age / jobMs, eta_seconds: (jobMs - age) / 1000 };
    return { id: job.id, status: 'succeeded', progress: 1, output: { video: `${url}/videos/${job.id}.mp4` } };
  };
  const submit = (request, response) => {
    const key = request.headers['idempotency-key'];
    if (!byKey.has(key)) {
      const job = { id: `job_${jobs.size + 1}`, created: Date.now() };
      jobs.set(job.id, job);
      byKey.set(key, job);
    }
    reply(response, 202, view(byKey.get(key)));
  };

  const server = http.createServer((request, response) => {
    request.resume().on('end', () => {
      if (request.method === 'POST') return submit(request, response);
      const job = jobs.get(request.url.split('/').pop());
      return job ? reply(response, 200, view(job)) : reply(response, 404, { error: { code: 'not_found', message: 'no such job' } });
    });
  });
  server.keepAliveTimeout = 60000;
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${server.address().port}`;
  return {
    url,
    jobs,
    end: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

module.exports = { startJobServer };
