'use strict';
/* global fetch */
// Starts the server of a build, sends it common requests, and keeps the code that V8 compiled for it at the end of its
// file.
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const dist = process.argv[2];
const FILE = 'whmapi1d.cjs';
const { createLoader, pack, unpack } = require(join(dist, 'loader.cjs'));

/** `load` returns before the server listens, which it prints. */
function start(load) {
  return new Promise((resolve) => {
    const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = (text, ...rest) => {
      const [, url] = /^listening (http:\S+)/m.exec(text) ?? [];
      if (url !== undefined) resolve(url);
      else if (!/^(listening|self-signed)/.test(text)) return write(text, ...rest);
      return true;
    };
    load(`${FILE}/start`);
  });
}

async function makeToken() {
  let printed = '';
  const sink = { write: () => undefined, isTerminal: () => false };
  await createLoader(dist)
    .load('main.cjs/main')
    .main(['--output=json', 'api_token_create', 'token_name=warm'], {
      stdout: { ...sink, write: (text) => (printed += text) },
      stderr: sink,
      environment: process.env,
      readStdin: () => Buffer.from('{}'),
      readFile: () => Buffer.from(''),
    });
  return JSON.parse(printed).data.token;
}

async function warm() {
  const state = mkdtempSync(join(tmpdir(), 'whmapi1-build-'));
  process.on('exit', () => rmSync(state, { recursive: true, force: true }));
  Object.assign(process.env, { WHMAPI1_STATE_DIR: join(state, 'state'), WHMAPI1_SANDBOX: '1' });
  process.argv.splice(
    1,
    Infinity,
    'whmapi1d',
    '--port=0',
    '--http-port=0',
    '--no-tasks',
    '--log-level=silent',
  );
  const headers = { authorization: `whm root:${await makeToken()}` };
  const { load, scripts } = createLoader(dist);
  const url = await start(load);
  for (const path of ['json-api/version', 'xml-api/version', 'json-api/listaccts', 'json-api/gethostname']) {
    // The second response is from memory.
    for (let times = 0; times < 2; times++) {
      const response = await fetch(`${url}/${path}?api.version=1`, { headers });
      await response.text();
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
    }
  }
  const cache = scripts.get(FILE).createCachedData();
  const { source } = unpack(readFileSync(join(dist, FILE)));
  writeFileSync(join(dist, FILE), pack(source, cache));
  process.kill(process.pid, 'SIGTERM');
}

warm();
