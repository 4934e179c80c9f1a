'use strict';
// Runs in the machine that is measured: asks for the pages of a website so often until it is ended, without waiting for
// the answers. Then it writes how many were answered with the status 200, and what happened to the others.
// `node visit-client.cjs '{"host": "bob.example", "paths": ["/"], "everyMs": 10, "result": "/srv/visits.json"}'`
const { request } = require('node:http');
const { writeFileSync } = require('node:fs');
const { performance } = require('node:perf_hooks');
const { clearInterval, setInterval } = require('node:timers');

const { host, paths, everyMs, result } = JSON.parse(process.argv[2]);
const seen = { good: 0, failed: {} };
let open = 0;
let count = 0;

const visit = () => {
  open++;
  const end = (outcome) => {
    open--;
    if (outcome === '200') seen.good++;
    else seen.failed[outcome] = (seen.failed[outcome] ?? 0) + 1;
  };
  const place = { host: '127.0.0.1', port: 80, path: paths[count++ % paths.length], headers: { host } };
  request({ ...place, agent: false, timeout: 30_000 }, (response) => {
    response.resume();
    response.on('end', () => end(String(response.statusCode)));
    response.on('error', (error) => end(error.message));
  })
    .on('timeout', function () {
      this.destroy(new Error('no answer'));
    })
    .on('error', (error) => end(error.message))
    .end();
};

// A timer that is late is made up for, so that the visits stay as frequent as they should be.
const startedAt = performance.now();
const timer = setInterval(() => {
  while (count * everyMs < performance.now() - startedAt) visit();
}, everyMs);

process.on('SIGTERM', () => {
  clearInterval(timer);
  const wait = setInterval(() => {
    if (open > 0) return;
    clearInterval(wait);
    writeFileSync(result, JSON.stringify(seen));
  }, 20);
});
