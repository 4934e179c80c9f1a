// Long lists of an installation with many accounts: each needs little more memory than `version`, because it is written
// while it is read. As a whole, the lists of certificates take 500 MiB and more.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshFolder, run } from '../support/command.ts';
import { addManyAccounts } from '../support/large-store.ts';

const env = { WHMAPI1_SANDBOX: '1' };
const COUNT = 100_000;
/** Above `version`. */
const MOST_MEBIBYTES = 60;

const folder = freshFolder();

/** Mebibytes of memory that the process of a call had at its peak. Its output is not kept. */
async function peakOf(words: readonly string[]): Promise<number> {
  const told = join(folder.state, 'peak');
  const tell = join(folder.state, 'tell-peak.cjs');
  writeFileSync(
    tell,
    `process.on('exit', () => {
       const { readFileSync, writeFileSync } = require('node:fs');
       writeFileSync(${JSON.stringify(told)}, readFileSync('/proc/self/status', 'latin1'));
     });`,
  );
  const length = join(folder.state, 'length');
  const node = `"${process.execPath}" --require "${tell}"`;
  const through = ['bash', '--norc', '-c', `set -o pipefail; ${node} "$@" | wc -c >"${length}"`, 'bash'];
  const result = await run(['--output=json', ...words], { state: folder.state, env, through });
  expect([words, result]).toEqual([words, { status: 0, signal: null, stdout: '', stderr: '' }]);
  if (words[0] !== 'version') expect(Number(readFileSync(length, 'utf8'))).toBeGreaterThan(8 * COUNT);
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(told, 'latin1'))?.[1]) / 1024;
}

test('each long list takes little memory', async () => {
  const created = await run(['createacct', 'username=a00000', 'domain=a00000.example'], {
    ...{ state: folder.state, env, through: [process.execPath] },
  });
  expect(created.status).toBe(0);
  const store = join(folder.state, 'store.db');
  addManyAccounts(store, COUNT);
  const least = await peakOf(['version']);
  const above: Record<string, number> = {};
  const measure = async (words: readonly string[]) => {
    above[words.join(' ')] = (await peakOf(words)) - least;
  };
  for (const words of [
    ['listaccts'],
    ['list_users'],
    ['listcrts'],
    ['fetch_ssl_vhosts'],
    ['fetch_vhost_ssl_components'],
    ['get_domain_info'],
    ['php_get_vhost_versions'],
    ['showbw', 'month=11', 'year=2026'],
    ['listresellers'],
    ['twofactorauth_get_user_configs'],
  ]) {
    await measure(words);
  }
  const tooMuch = Object.entries(above).filter(([, mebibytes]) => !(mebibytes < MOST_MEBIBYTES));
  expect(tooMuch).toEqual([]);
});
