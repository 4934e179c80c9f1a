'use strict';
// Runs common calls on a build, and keeps the code that V8 compiled for them at the end of each of its files.
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { generateSync } = require('otplib');

const dist = process.argv[2];
const { createLoader, pack, unpack } = require(join(dist, 'loader.cjs'));
const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

/** The largest cache that a run made of each file: V8 shares what it compiled among the runs of one process. */
const caches = new Map();

async function warm() {
  const state = mkdtempSync(join(tmpdir(), 'whmapi1-build-'));
  try {
    for (const output of ['yaml', 'json', 'jsonpretty', 'xml']) {
      const format = `--output=${output}`;
      await run(
        state,
        format,
        'twofactorauth_set_tfa_config',
        `secret=${secret}`,
        `tfa_token=${generateSync({ secret })}`,
      );
      await run(state, format, 'twofactorauth_get_user_configs', 'user=root');
      await run(state, format, 'twofactorauth_remove_user_config', 'user=root');
      rmSync(join(state, 'state'), { recursive: true });
    }
    await run(state, 'twofactorauth_generate_tfa_config');
    await run(state, 'applist', 'api.filter.enable=1', 'api.filter.a.field=app', 'api.filter.a.arg0=auth');
    await run(state, 'batch', 'command=version', 'command=systemloadavg');
    await run(state, 'createacct', 'username=warm', 'domain=warm.example', 'password=four unusual words');
    await run(state, '--help');
    await run(state, 'twofactorauth_set_tfa_config', '--help');
    await run(state, 'twofactorauth_set_tfa_confg');
    await run(state, '--complete', '');
    await run(state, '--complete', 'createacct', 'user');
    await run(state, '--complete', 'applist', 'api.');
    await run(state, '--complete', '--help', '');
    await run(state, 'get_market_providers_list');
    await run(state, 'get_market_providers_list', '--help');
    await run(state, '--help', '--all');
    await run(state, '--search', 'lost phone');
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
  for (const [file, cache] of caches) {
    const { source } = unpack(readFileSync(join(dist, file)));
    writeFileSync(join(dist, file), pack(source, cache));
  }
}

/** One call in a loader of its own, as a process of its own has it. Answers what it prints. */
async function run(state, ...argv) {
  const { load, scripts } = createLoader(dist);
  let printed = '';
  const sink = { write: () => undefined, isTerminal: () => false };
  await load('main.cjs/main').main(argv, {
    stdout: { ...sink, write: (text) => (printed += text) },
    stderr: sink,
    environment: { WHMAPI1_STATE_DIR: join(state, 'state') },
    readStdin: () => Buffer.from('{}'),
    readFile: () => Buffer.from(secret),
  });
  for (const [file, script] of scripts) {
    // After the run, so that functions compiled lazily are in it.
    const cache = script.createCachedData();
    if (cache.length > (caches.get(file)?.length ?? 0)) caches.set(file, cache);
  }
  return printed;
}

warm();
