'use strict';
// Runs in the machine that is measured: creates accounts through its server, so many calls at a time. Writes the
// milliseconds that it took.
// `node create-client.cjs '{"token": …, "password": …, "names": ["bob"], "clients": 16}'`
const { request, Agent } = require('node:https');
const { performance } = require('node:perf_hooks');
const { URLSearchParams } = require('node:url');

const { token, password, names, clients } = JSON.parse(process.argv[2]);
const agent = new Agent({ keepAlive: true, maxSockets: clients, rejectUnauthorized: false });

/** @param {string} username */
const create = (username) =>
  new Promise((done, fail) => {
    const place = { host: '127.0.0.1', port: 2087, path: '/json-api/createacct?api.version=1', agent };
    const headers = {
      authorization: `whm root:${token}`,
      'content-type': 'application/x-www-form-urlencoded',
    };
    const asked = request({ ...place, method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece) => (text += piece));
      response.on('end', () => (text.includes('"result":1') ? done() : fail(new Error(text))));
    });
    asked.on('error', fail);
    asked.end(String(new URLSearchParams({ username, domain: `${username}.example`, password })));
  });

const work = async () => {
  for (let name = names.shift(); name !== undefined; name = names.shift()) await create(name);
};

const began = performance.now();
Promise.all(Array.from({ length: clients }, work)).then(
  () => {
    agent.destroy();
    process.stdout.write(String(performance.now() - began));
  },
  (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);
