'use strict';
// Asks a server what `mix.ts` says, and writes how long it took. With `perSecond`, requests are due at even times, and each is
// measured from when it was due: one that waits for a connection counts as slow.
// `node mix-client.cjs '{"url": …, "token": …, "accounts": 10000, "connections": 32, "seconds": 20, "perSecond": 400}'`
const { request, Agent } = require('node:https');
const { performance } = require('node:perf_hooks');
const { setTimeout: pause } = require('node:timers/promises');

const { url, token, accounts, connections, seconds, perSecond } = JSON.parse(process.argv[2]);
const agent = new Agent({ keepAlive: true, maxSockets: connections, rejectUnauthorized: false });
const below = (/** @type {number} */ limit) => Math.floor(Math.random() * limit);
const someone = () => `user${String(below(accounts) + 1).padStart(6, '0')}`;

/** @returns {string} */
function path() {
  const chance = Math.random();
  if (chance < 0.6) return `accountsummary?api.version=1&user=${someone()}`;
  const page = `api.sort.enable=1&api.sort.a.field=domain&api.chunk.enable=1&api.chunk.size=50&api.chunk.start=${1 + 50 * below(accounts / 50)}`;
  if (chance < 0.8) return `listaccts?api.version=1&${page}`;
  if (chance < 0.9)
    return `uapi_cpanel?api.version=1&cpanel.user=${someone()}&cpanel.module=DomainInfo&cpanel.function=list_domains`;
  return `nvset?api.version=1&key=bench${below(1000)}&value=${below(1_000_000)}`;
}

/** @param {number} due @returns {Promise<number>} milliseconds since then */
const ask = (due) =>
  new Promise((done, fail) => {
    const headers = { authorization: `whm root:${token}` };
    const asked = request(`${url}/json-api/${path()}`, { agent, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (piece) => (body += piece));
      response.on('end', () =>
        /"result": ?1\b/.test(body) ? done(performance.now() - due) : fail(new Error(body.slice(0, 400))),
      );
    });
    asked.on('error', fail);
    asked.end();
  });

async function work() {
  /** @type {number[]} */
  const took = [];
  const began = performance.now();
  const end = began + 1000 * seconds;
  if (perSecond === undefined) {
    const one = async () => {
      while (performance.now() < end) took.push(await ask(performance.now()));
    };
    await Promise.all(Array.from({ length: connections }, one));
  } else {
    const asked = [];
    for (let due = began; due < end; due += 1000 / perSecond) {
      if (due > performance.now()) await pause(due - performance.now());
      asked.push(ask(due).then((ms) => took.push(ms)));
    }
    await Promise.all(asked);
  }
  const lasted = (performance.now() - began) / 1000;
  took.sort((one, other) => one - other);
  const at = (/** @type {number} */ part) => took[Math.floor(part * took.length)];
  process.stdout.write(
    JSON.stringify({ requests: took.length, seconds: lasted, p50: at(0.5), p99: at(0.99) }),
  );
}

work().then(
  () => agent.destroy(),
  (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);
