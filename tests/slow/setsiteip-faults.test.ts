// SIGKILL at every step of setsiteip: the account and its zone, in the file and as served, have the same address, the
// old or the new one.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join, resolve } from 'node:path';
import { call, freshFolder } from '../support/command.ts';
import { isMissing } from '../support/require-tool.ts';
import { SandboxServices } from '../support/sandbox-services.ts';

const top = resolve(__dirname, '../..');
const here = freshFolder();
/** An address for documentation (RFC 5737), which no machine has. */
const NEW = '203.0.113.10';

// A sandbox adds addresses to the interface of the machine’s main address.
const hasNetwork = Object.values(networkInterfaces()).some((infos) =>
  infos?.some(({ family, internal }) => family === 'IPv4' && !internal),
);
const canRun = hasNetwork && !(['named', 'named-checkzone', 'dig'] as const).some(isMissing);

(canRun ? describe : describe.skip)('setsiteip that is killed', () => {
  const ok = async (...words: string[]) => {
    const { metadata, data } = await call(words, { state: here.state });
    expect({ words, ...metadata }).toMatchObject({ result: 1 });
    return data;
  };
  async function callUntil(moment: string): Promise<string | null> {
    const script = join(top, 'tests/process/account-worker.ts');
    const args = JSON.stringify({ user: 'bob', ip: NEW });
    const argv = ['--import', 'tsx', script, here.state, moment, 'setsiteip', args];
    const worker = spawn(process.execPath, argv, { cwd: top, stdio: ['ignore', 'ignore', 'inherit'] });
    return new Promise((done) => worker.on('close', (_status, signal) => done(signal)));
  }

  it.each([
    'after journal.open',
    'before journal.note',
    'after journal.note',
    'before files.stage',
    'after files.stage',
    'before files.commit',
    'after files.commit',
    'before journal.close',
    'after journal.close',
  ])('%s leaves nothing behind, and succeeds when it is repeated', async (moment) => {
    await ok('createacct', 'username=bob', 'domain=bob.example', 'reseller=0');
    await ok('addips', `ips=${NEW}`, 'netmask=255.255.255.0');
    const account = async () => {
      const { acct } = (await ok('accountsummary', 'user=bob')) as { acct: [{ ip: string }] };
      return acct[0].ip;
    };
    const old = await account();
    if (
      (await call(['getzonerecord', 'domain=bob.example', 'line=1'], { state: here.state })).metadata
        .result === 0
    )
      await ok('adddns', 'domain=bob.example', `ip=${old}`, 'trueowner=bob');
    const services = await SandboxServices.start({ state: here.state });
    const file = () => readFileSync(join(here.state, 'root/var/lib/bind/whmapi1/bob.example.db'), 'utf8');
    const before = file();
    expect(before).toContain(old);
    try {
      expect(await callUntil(moment)).toBe('SIGKILL');
      // The next call finds what was left.
      expect(await account()).toBe(old);
      expect(file()).toBe(before);
      expect(services.dig('bob.example', 'A')).toBe(old);

      await ok('setsiteip', 'user=bob', `ip=${NEW}`);
      expect(await account()).toBe(NEW);
      expect(file()).not.toContain(old);
      expect(services.dig('bob.example', 'A')).toBe(NEW);
      await ok('setsiteip', 'user=bob', `ip=${old}`);
      expect(services.dig('bob.example', 'A')).toBe(old);
    } finally {
      await services.end();
    }
  });
});
