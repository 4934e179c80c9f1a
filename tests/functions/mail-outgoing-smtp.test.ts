// The tweak setting smtpmailgidonly: who may connect to mail servers elsewhere. A sandbox has no firewall, so some tests
// pretend one, and read the files that a server would load.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import firewallRules from '../../src/capabilities/system/checks/firewall-rules.ts';
import type { Machine } from '../../src/core/machine.ts';
import type { Subject } from '../../src/ground/doctor/check.ts';
import { Installation } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';

const KEY = 'smtpmailgidonly';
const TASK = 'restrict-outgoing-smtp';
const RULES = '/etc/whmapi1-firewall/outgoing-smtp.nft';
const UNIT = '/etc/systemd/system/whmapi1-firewall@.service';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const inSandbox = (path: string) => join(here.state, 'root', path);
const set = async (value: string) =>
  (await here.call('set_tweaksetting', { key: KEY, value, push: '0' })).metadata;
const get = async () => (await here.call('get_tweaksetting', { key: KEY })).data?.tweaksetting;

/** Has nft answer this. @returns the rules that it was given. */
function pretendNft(answer: { status?: number; stderr?: string } = {}): string[] {
  const given: string[] = [];
  here.overrides = { ...here.overrides, machine: withNft(here.engine.machine, answer, given) };
  return given;
}

function withNft(machine: Machine, { status = 0, stderr = '' }, given: string[] = []): Machine {
  const tools: Machine['tools'] = async (declared) => {
    const found = await machine.tools(declared);
    return {
      has: async (name) => name === 'nft' || found.has(name),
      find: (pattern) => found.find(pattern),
      run: async (name, words, options) => {
        if (name !== 'nft') return found.run(name, words, options);
        given.push(options?.input ?? '');
        return { status, stdout: '', stderr };
      },
    };
  };
  return { ...machine, tools };
}

it('is refused without a firewall, and changes nothing', async () => {
  const { result, reason } = await set('1');
  expect([result, reason]).toEqual([
    0,
    expect.stringContaining('“smtpmailgidonly” cannot be 1. A sandbox has no firewall.'),
  ]);
  expect(await get()).toEqual({ key: KEY, value: '0' });
  await runTasks(here, TASK);
  expect(existsSync(inSandbox(RULES))).toBe(false);
});

it('is refused with the reason of nft, and changes nothing', async () => {
  pretendNft({ status: 1, stderr: 'Error: Operation not supported' });
  const { result, reason } = await set('1');
  expect([result, reason]).toEqual([0, expect.stringContaining('Error: Operation not supported')]);
  expect(await get()).toEqual({ key: KEY, value: '0' });
});

it('has the firewall let root alone connect if there is no Exim, until it is off again', async () => {
  const checked = pretendNft();
  const { result, output } = await set('1');
  expect([result, output?.messages]).toEqual([
    1,
    [expect.stringMatching(/^The task \d+ applies the setting\.$/)],
  ]);
  await runTasks(here, TASK);
  const rules = readFileSync(inSandbox(RULES), 'utf8');
  // What was checked is what is loaded.
  expect(checked).toEqual([rules]);
  expect(rules).toContain('tcp dport { 25, 465, 587 } tcp flags & (fin | syn | rst | ack) == syn jump new');
  expect(rules).toMatch(/meta skuid \{ 0 \} accept\n(?:.*\n)*?.*reject with tcp reset/);
  expect(readFileSync(inSandbox(UNIT), 'utf8')).toContain('Before=network-pre.target');
  await set('0');
  await runTasks(here, TASK);
  expect(existsSync(inSandbox(RULES))).toBe(false);
});

it('a restored file cannot switch it on without a firewall, and its other settings are restored', async () => {
  mkdirSync(inSandbox('/root'), { recursive: true });
  writeFileSync(inSandbox('/root/cpanel.config'), `${KEY}=1\nchkservd_check_interval=60\n`);
  const { metadata } = await here.call('restore_config_from_file', {
    module: 'Main',
    path: '/root/cpanel.config',
  });
  expect(metadata.output?.warnings).toEqual([
    `Settings that cannot be set here were skipped: ${KEY}.`,
    '“smtpmailgidonly” cannot be 1. A sandbox has no firewall.',
  ]);
  expect(await get()).toEqual({ key: KEY, value: '0' });
});

it('--doctor names rules that the firewall does not have any more, and the command that loads them', async () => {
  const { machine } = here.engine;
  const services = async () => ({ ...(await machine.services()), isSupported: true });
  const findings = async (status: number) =>
    firewallRules.run({ machine: { ...withNft(machine, { status }), services } } as unknown as Subject);
  expect(await findings(1)).toMatchObject([{ severity: 'ok' }]);
  const withoutNft = () => firewallRules.run({ machine: { ...machine, services } } as unknown as Subject);
  expect(await withoutNft()).toMatchObject([{ severity: 'ok' }]);
  pretendNft();
  await set('1');
  await runTasks(here, TASK);
  expect(await findings(0)).toMatchObject([{ severity: 'ok' }]);
  expect(await findings(1)).toEqual([
    {
      severity: 'warning',
      message: 'The firewall does not have the rules “outgoing-smtp” any more. Somebody has removed them.',
      command: 'systemctl restart whmapi1-firewall@outgoing-smtp',
    },
  ]);
  expect(await withoutNft()).toEqual([
    {
      severity: 'warning',
      message: 'The firewall’s program, nft, is missing. These rules may not be loaded: outgoing-smtp.',
      command: 'apt-get install nftables',
    },
  ]);
});

it('rules that somebody edited are kept, and the task says so', async () => {
  pretendNft();
  await set('1');
  await runTasks(here, TASK);
  writeFileSync(inSandbox(RULES), '# by hand\n');
  await set('0');
  await runTasks(here, TASK);
  expect(readFileSync(inSandbox(RULES), 'utf8')).toBe('# by hand\n');
  const { data } = await here.call('get_tweaksetting', { key: KEY });
  expect(data).toBeDefined();
  const failed = await here.engine.store.transaction('reads', async (db) => ({
    value: await db.all<{ reason: string }>(
      "SELECT reason FROM task WHERE kind = ? AND state = 'failed'",
      TASK,
    ),
    keep: false,
  }));
  expect(failed[0]?.reason).toMatch(/was edited by hand/);
});
