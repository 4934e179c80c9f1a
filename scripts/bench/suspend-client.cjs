'use strict';
// Runs in the machine that is measured: suspends, unsuspends and removes accounts, one after the other, while a visitor
// asks for each website every 2 ms. Each call is alone: the reloads that earlier ones have left are over. Writes the
// milliseconds of each call, and those until the visitor saw a suspension.
// `node suspend-client.cjs '{"token": …, "names": ["bob"]}'`
const { request: requestHttps, Agent: HttpsAgent } = require('node:https');
const { request: requestHttp, Agent } = require('node:http');
const { performance } = require('node:perf_hooks');
const { setTimeout: pause } = require('node:timers/promises');
const { URLSearchParams } = require('node:url');

const { token, names } = JSON.parse(process.argv[2]);
/** The time for the reloads that a call does not wait for. */
const RELOADS_MS = 5000;
const agent = new HttpsAgent({ keepAlive: true, rejectUnauthorized: false });
const visitors = new Agent({ keepAlive: true });

/**
 * @param {string} command
 * @param {string} user
 * @returns {Promise<number>} its milliseconds
 */
const call = (command, user) =>
  new Promise((done, fail) => {
    const began = performance.now();
    const place = { host: '127.0.0.1', port: 2087, path: `/json-api/${command}?api.version=1`, agent };
    const headers = {
      authorization: `whm root:${token}`,
      'content-type': 'application/x-www-form-urlencoded',
    };
    const asked = requestHttps({ ...place, method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece) => (text += piece));
      response.on('end', () =>
        text.includes('"result":1') ? done(performance.now() - began) : fail(new Error(text)),
      );
    });
    asked.on('error', fail);
    asked.end(String(new URLSearchParams({ user })));
  });

/**
 * As a browser does, it asks again if Apache closes a connection that was kept: its reload closes them.
 * @param {string} user
 * @returns {Promise<number>} the status of the website’s page
 */
const visit = (user) =>
  new Promise((done, fail) => {
    const headers = { host: `${user}.example` };
    const asked = requestHttp(
      { host: '127.0.0.1', port: 80, path: '/', headers, agent: visitors },
      (response) => {
        response.resume();
        response.on('end', () => done(response.statusCode ?? 0));
      },
    );
    asked.on('error', (error) => (asked.reusedSocket ? done(visit(user)) : fail(error)));
    asked.end();
  });

/**
 * @param {string} user
 * @param {(status: number) => boolean} isSo
 */
const until = async (user, isSo) => {
  const began = performance.now();
  while (!isSo(await visit(user))) {
    if (performance.now() - began > 60_000) throw new Error(`After a minute, ${user} has the former page.`);
    await pause(2);
  }
  return performance.now() - began;
};

/** @param {number} status */
const isServed = (status) => status < 400;

/** The server closes an idle connection after five seconds, too, so the next call uses a new one. */
const rest = () => {
  agent.destroy();
  visitors.destroy();
  return pause(RELOADS_MS);
};

const work = async () => {
  /** @type {Record<string, number[]>} */
  const took = { suspendacct: [], refused: [], unsuspendacct: [], removeacct: [] };
  for (const user of names) {
    await until(user, isServed);
    const refused = until(user, (status) => !isServed(status));
    took.suspendacct.push(await call('suspendacct', user));
    took.refused.push(await refused);
    await rest();
    took.unsuspendacct.push(await call('unsuspendacct', user));
    await until(user, isServed);
    await rest();
    took.removeacct.push(await call('removeacct', user));
    await rest();
  }
  return took;
};

work().then(
  (took) => {
    agent.destroy();
    visitors.destroy();
    process.stdout.write(JSON.stringify(took));
  },
  (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);
