// SIGKILL at every step of setsiteip: the account and its zone, in the file and as served, have the same address, the
// old or the new one.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountWorker } from '../support/account-worker.ts';
import { call } from '../support/command.ts';
import { isMissing } from '../support/require-tool.ts';
import { SandboxServices } from '../support/sandbox-services.ts';

const worker = accountWorker();
let folder: string;
let state: string;
let services: SandboxServices | undefined;
/** An address for documentation (RFC 5737), which no machine has. */
const NEW = '203.0.113.10';

// A sandbox adds addresses to the interface of the machine’s main address.
const hasNetwork = Object.values(networkInterfaces()).some((infos) =>
  infos?.some(({ family, internal }) => family === 'IPv4' && !internal),
);
const canRun = hasNetwork && !(['named', 'named-checkzone', 'dig'] as const).some(isMissing);

(canRun ? describe : describe.skip)('setsiteip that is killed', () => {
  const ok = async (...words: string[]) => {
    const { metadata, data } = await call(words, { state });
    expect({ words, ...metadata }).toMatchObject({ result: 1 });
    return data;
  };
  async function callUntil(moment: string): Promise<string | null> {
    const args = JSON.stringify({ user: 'bob', ip: NEW });
    const argv = [worker.path, state, moment, 'setsiteip', args];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'inherit'] });
    return new Promise((done) => child.on('close', (_status, signal) => done(signal)));
  }
  const account = async () => {
    const { acct } = (await ok('accountsummary', 'user=bob')) as { acct: [{ ip: string }] };
    return acct[0].ip;
  };
  const file = () => readFileSync(join(state, 'root/var/lib/bind/whmapi1/bob.example.db'), 'utf8');

  // Each test leaves the account as it was.
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'whmapi1-setsiteip-'));
    state = join(folder, 'state');
    await ok('createacct', 'username=bob', 'domain=bob.example', 'reseller=0');
    await ok('addips', `ips=${NEW}`, 'netmask=255.255.255.0');
    services = await SandboxServices.start({ state });
  });
  afterAll(async () => {
    await services?.end();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });

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
    const old = await account();
    const before = file();
    expect(before).toContain(old);
    expect(await callUntil(moment)).toBe('SIGKILL');
    // The next call finds what was left.
    expect(await account()).toBe(old);
    expect(file()).toBe(before);
    expect(services?.dig('bob.example', 'A')).toBe(old);

    await ok('setsiteip', 'user=bob', `ip=${NEW}`);
    expect(await account()).toBe(NEW);
    // SPF still names it: mail leaves from the main address.
    expect(file()).not.toMatch(new RegExp(`\\bA\\s+${old.replaceAll('.', '[.]')}\\b`));
    expect(services?.dig('bob.example', 'A')).toBe(NEW);
    await ok('setsiteip', 'user=bob', `ip=${old}`);
    expect(services?.dig('bob.example', 'A')).toBe(old);
  });
});
