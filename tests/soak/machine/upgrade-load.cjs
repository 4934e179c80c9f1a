// What visitors, clients and scripts do while the program is upgraded: 30 visits a second, 5 calls at 2087 a second and a
// command each half second, until standard input ends. Then it writes as JSON how many there were of each and what failed.
// node upgrade-load.cjs TOKEN DOMAIN...
const { execFile } = require('node:child_process');
const http = require('node:http');
const https = require('node:https');

const [token, ...domains] = process.argv.slice(2);
const LIMIT_MS = 30_000;
const report = { visits: 0, calls: 0, commands: 0, slowestMs: {}, failed: [] };
const running = new Set();
let turn = 0;

/** Keeps what went wrong, and how long the slowest took. */
function begin(kind, work) {
  report[kind] += 1;
  const begun = Date.now();
  const one = work()
    .catch((error) => report.failed.push(`${new Date(begun).toISOString()} ${kind}: ${error.message}`))
    .then(() => {
      report.slowestMs[kind] = Math.max(report.slowestMs[kind] ?? 0, Date.now() - begun);
      running.delete(one);
    });
  running.add(one);
}

/** @returns the body. @throws for another status than 200. */
function get(module, options) {
  return new Promise((resolve, reject) => {
    const request = module.get(
      { host: '127.0.0.1', agent: false, timeout: LIMIT_MS, ...options },
      (response) => {
        let body = '';
        response.on('data', (text) => (body += text));
        response.on('error', reject);
        response.on('end', () =>
          response.statusCode === 200
            ? resolve(body)
            : reject(new Error(`${options.path} of ${options.headers.host}: status ${response.statusCode}`)),
        );
      },
    );
    request.on('timeout', () => request.destroy(new Error(`no answer within ${LIMIT_MS / 1000} s`)));
    request.on('error', reject);
  });
}

async function visit() {
  const domain = domains[turn++ % domains.length];
  const body = await get(http, { path: '/', headers: { host: domain } });
  if (body.trim() !== domain) throw new Error(`${domain} answered ${body.slice(0, 100)}`);
}

async function call() {
  const authorization = `whm root:${token}`;
  const path = '/json-api/accountsummary?api.version=1&user=u1';
  const body = await get(https, {
    port: 2087,
    rejectUnauthorized: false,
    path,
    headers: { host: 'localhost', authorization },
  });
  if (JSON.parse(body).metadata.result !== 1) throw new Error(body.slice(0, 300));
}

function command() {
  return new Promise((resolve, reject) =>
    execFile(
      'whmapi1',
      ['--output=json', 'accountsummary', 'user=u1'],
      { timeout: LIMIT_MS },
      (error, stdout, stderr) =>
        error === null ? resolve() : reject(new Error(`${error.message} ${stdout.slice(0, 300)} ${stderr}`)),
    ),
  );
}

const timers = [
  setInterval(() => begin('visits', visit), 1000 / 30),
  setInterval(() => begin('calls', call), 200),
  setInterval(() => begin('commands', command), 500),
];
process.stdin.resume().on('end', async () => {
  timers.forEach(clearInterval);
  await Promise.all(running);
  process.stdout.write(JSON.stringify(report));
});
