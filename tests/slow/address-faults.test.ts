// SIGKILL between any two steps of addips and delip: all addresses exist, or none does.
import { spawn } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { createApplication, root } from '../../src/app/app.ts';
import { dispatch } from '../../src/core/dispatch.ts';
import { accountWorker } from '../support/account-worker.ts';
import { freshFolder } from '../support/command.ts';
import { auditLog } from '../process/state.ts';

const here = freshFolder();
const worker = accountWorker();

async function callUntil(moment: string, command: string, args: object): Promise<string | null> {
  const argv = [worker.path, here.state, moment, command, JSON.stringify(args)];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((done) => child.on('close', (_status, signal) => done(signal)));
}

async function callHere(command: string, args: Readonly<Record<string, string>> = {}) {
  const application = createApplication({ WHMAPI1_STATE_DIR: here.state });
  try {
    const given = Object.entries(args).map(([name, value]) => ({ name, value }));
    return await dispatch({ command, args: given, dryRun: false }, root, application.engine);
  } finally {
    application.close();
  }
}

/** An address for documentation (RFC 5737), which no machine has. */
const ips = '203.0.113.10-12';
const all = ['203.0.113.10', '203.0.113.11', '203.0.113.12'];
const add = { ips, netmask: '255.255.255.0' };
const listed = async () => {
  const { data } = await callHere('listips');
  return (data as { ip: { ip: string }[] }).ip.map(({ ip }) => ip).filter((ip) => all.includes(ip));
};
const stageBefore = (later: number) => auditLog(here.state).lines.at(-later)?.stage;

// A sandbox adds addresses to the interface of the machine’s main address.
const hasNetwork = Object.values(networkInterfaces()).some((infos) =>
  infos?.some(({ family, internal }) => family === 'IPv4' && !internal),
);
const describeWithNetwork = hasNetwork ? describe : describe.skip;

describeWithNetwork('addips that is killed', () => {
  it.each(['before addresses.add', 'after addresses.add', 'after journal.close'])(
    '%s is undone by the next call',
    async (moment) => {
      expect(await callUntil(moment, 'addips', add)).toBe('SIGKILL');
      expect(await listed()).toEqual([]);
      expect(stageBefore(2)).toBe('undone later');
      expect((await callHere('addips', add)).metadata.reason).toBe('Success');
      expect(await listed()).toEqual(all);
    },
  );

  it('keeps addresses that existed before', async () => {
    await callHere('addips', { ...add, ips: '203.0.113.10' });
    expect(await callUntil('after addresses.add', 'addips', add)).toBe('SIGKILL');
    expect(await listed()).toEqual(['203.0.113.10']);
  });
});

describeWithNetwork('delip that is killed', () => {
  it.each(['before addresses.remove', 'after addresses.remove', 'after journal.close'])(
    '%s is undone by the next call',
    async (moment) => {
      await callHere('addips', add);
      expect(await callUntil(moment, 'delip', { ip: ips })).toBe('SIGKILL');
      expect((await listed()).sort()).toEqual(all);
      expect(stageBefore(2)).toBe('undone later');
      expect((await callHere('delip', { ip: ips })).metadata.result).toBe(1);
      expect(await listed()).toEqual([]);
    },
  );
});
