'use strict';
// Runs common calls on the built program and keeps the code that V8 compiled for them beside each file of dist/.
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { generateSync } = require('otplib');
const { createLoader } = require('../dist/loader.cjs');

const dist = join(__dirname, '../dist');
const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

async function warm() {
  const state = mkdtempSync(join(tmpdir(), 'whmapi1-build-'));
  const { load, scripts } = createLoader(dist);
  const { main } = load('main.cjs/main');
  const sink = { write: () => undefined, isTerminal: () => false };
  const io = {
    stdout: sink,
    stderr: sink,
    environment: { WHMAPI1_STATE_DIR: join(state, 'state') },
    readStdin: () => Buffer.from('{}'),
    readFile: () => Buffer.from(secret),
  };
  try {
    for (const output of ['yaml', 'json', 'jsonpretty', 'xml']) {
      const format = `--output=${output}`;
      await main(
        [format, 'twofactorauth_set_tfa_config', `secret=${secret}`, `tfa_token=${generateSync({ secret })}`],
        io,
      );
      await main([format, 'twofactorauth_get_user_configs', 'user=root'], io);
      await main([format, 'twofactorauth_remove_user_config', 'user=root'], io);
    }
    await main(['twofactorauth_generate_tfa_config'], io);
    await main(['twofactorauth_generate_tfa_config', '--file', 'secret_length=x'], io);
    await main(['applist', 'api.filter.enable=1', 'api.filter.a.field=app', 'api.filter.a.arg0=auth'], io);
    await main(['batch', 'command=version', 'command=systemloadavg'], io);
    await main(['--help'], io);
    await main(['twofactorauth_set_tfa_config', '--help'], io);
    await main(['twofactorauth_set_tfa_confg'], io);
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
  // After the run, so that functions compiled lazily are in it.
  for (const [file, script] of scripts) writeFileSync(join(dist, `${file}.cache`), script.createCachedData());
}

warm();
