// Greylisting by the public interface: what is stored, the files that Exim reads, and the triplets that it keeps.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Db } from '../../src/core/context.ts';
import type { Hash } from '../../src/core/values.ts';
import { GREYLIST_ACL, TRIPLETS } from '../../src/capabilities/mail/driver/exim/greylist-acl.ts';
import {
  prepareTriplets,
  readTriplets,
} from '../../src/capabilities/mail/driver/greylisting/look-triplets.ts';
import * as tasks from '../../src/ground/rules/tasks/tasks.ts';
import { Database } from '../../src/store/database.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await addAccounts(here, anAccount({ username: 'bob' }), anAccount({ username: 'anna' }));
});
afterEach(() => {
  here.remove();
});

const file = (name: string) =>
  readFileSync(join(here.state, 'root/etc/exim4/whmapi1/greylist', name), 'utf8')
    .split('\n')
    .slice(0, -1);
const data = async (command: string, args = {}) => {
  const envelope = await here.call(command, args);
  expect(envelope.metadata.reason).toBe('OK');
  return envelope.data ?? {};
};
const transaction = <T>(work: (db: Db) => Promise<T>): Promise<T> =>
  here.engine.store.transaction('changes', async (db) => ({ value: await work(db), keep: true }));

describe('the settings', () => {
  const initial = {
    ...{ is_enabled: 0, is_exim_enabled: 0, initial_block_time_mins: 5, must_try_time_mins: 240 },
    ...{ record_exp_time_mins: 4320, spf_bypass: 1, purge_interval_mins: 60 },
    ...{ child_timeout_secs: 5, max_child_procs: 5 },
  };

  it('are stored, and written for Exim in seconds', async () => {
    expect(await data('load_cpgreylist_config')).toEqual({ cpgreylist_config: initial });
    await data('enable_cpgreylist');
    expect(file('settings')).toEqual([
      'enabled: 1',
      'delay: 300',
      'retry: 14400',
      'expiry: 259200',
      'spf: 1',
    ]);
    const given = { initial_block_time_mins: '2', must_try_time_mins: '60', spf_bypass: '0' };
    const next = { ...initial, is_enabled: 1, is_exim_enabled: 1 };
    const saved = { ...next, initial_block_time_mins: 2, must_try_time_mins: 60, spf_bypass: 0 };
    expect(await data('save_cpgreylist_config', given)).toEqual({ cpgreylist_config: saved });
    expect(await data('load_cpgreylist_config')).toEqual({ cpgreylist_config: saved });
    expect(file('settings')).toEqual(['enabled: 1', 'delay: 120', 'retry: 3600', 'expiry: 259200', 'spf: 0']);
    expect(await data('cpgreylist_status')).toEqual({
      is_enabled: 1,
      is_exim_enabled: 1,
      service: 'cpgreylistd',
    });
    await data('disable_cpgreylist');
    expect(file('settings')[0]).toBe('enabled: 0');
    expect(await data('cpgreylist_status')).toMatchObject({ is_enabled: 0, is_exim_enabled: 0 });
  });

  it('are refused if nobody could send mail, and to others than root', async () => {
    const { metadata } = await here.call('save_cpgreylist_config', { must_try_time_mins: '5' });
    expect(metadata).toMatchObject({
      ...{
        result: 0,
        reason: expect.stringContaining('should be greater than “initial_block_time_mins”') as string,
      },
    });
    const { metadata: warned } = await here.call('save_cpgreylist_config', { max_child_procs: '7' });
    expect(warned).toMatchObject({ output: { warnings: [expect.stringContaining('no daemon')] } });
    const as = reseller('carol', 'list-accts');
    expect((await here.call('disable_cpgreylist', {}, { as })).metadata).toMatchObject({ result: 0 });
  });

  it('change nothing in a dry run', async () => {
    await here.call('enable_cpgreylist', {}, { dryRun: true });
    expect(await data('cpgreylist_status')).toMatchObject({ is_enabled: 0 });
    expect(() => file('settings')).toThrow('ENOENT');
  });
});

describe('the trusted hosts', () => {
  it('are addresses, networks and ranges, which Exim gets as networks', async () => {
    const ips = [
      '192.0.2.10',
      '198.51.100.9/24',
      '2001:DB8:1::/48',
      '203.0.113.6-9',
      '192.168',
      '10.0.0.9-10.0.0.1',
    ];
    const added = await data('create_cpgreylist_trusted_host', { ip: ips, comment: 'Partners' });
    const create_time = '2026-03-01 12:00:10';
    const host = (id: number, host_ip: string, comment = 'Partners') => ({
      id,
      host_ip,
      comment,
      create_time,
    });
    const hosts = ['192.0.2.10', '198.51.100.0/24', '2001:db8:1::/48', '203.0.113.6-203.0.113.9'];
    expect(added).toEqual({
      comment: 'Partners',
      ips_added: hosts.map((one, at) => host(at + 1, one)),
      ips_failed: {
        '192.168': '“192.168” is not an IP address, a network or a range of addresses.',
        '10.0.0.9-10.0.0.1': '“10.0.0.9-10.0.0.1” is not an IP address, a network or a range of addresses.',
      },
    });
    expect(file('trusted')).toEqual(
      [
        ...['127.0.0.0/8', '192.0.2.10/32', '198.51.100.0/24', '2001:db8:1::/48', '203.0.113.6/31'],
        ...['203.0.113.8/31', '::1/128'],
      ].map((network) => `"${network}"`),
    );
    await data('create_cpgreylist_trusted_host', { ip: '192.0.2.10', comment: 'Again' });
    const listed = await data('read_cpgreylist_trusted_hosts');
    expect(await data('read_cpgreylist_trusted_host')).toEqual(listed);
    expect(listed.greylist_trusted_hosts).toEqual([
      host(1, '192.0.2.10', 'Again'),
      ...hosts.slice(1).map((one, at) => host(at + 2, one)),
    ]);
    const gone = ['192.0.2.10', '198.51.100.0/24', '203.0.113.6', 'x'];
    expect(await data('delete_cpgreylist_trusted_host', { ip: gone })).toEqual({
      ips_removed: gone.slice(0, 2),
      ips_failed: {
        '203.0.113.6': '“203.0.113.6” is not a trusted host.',
        x: '“x” is not an IP address, a network or a range of addresses.',
      },
    });
    expect(file('trusted').length).toBe(5);
  });

  it('can be the server’s own network', async () => {
    const trusted = async () => (await data('cpgreylist_is_server_netblock_trusted')).ip_blocks;
    expect(await trusted()).toEqual({ '192.0.2.0/24': 0 });
    await data('create_cpgreylist_trusted_host', { ip: '192.0.2.0/25' });
    expect(await trusted()).toEqual({ '192.0.2.0/24': 0 });
    await data('create_cpgreylist_trusted_host', { ip: '192.0.0.0/16' });
    expect(await trusted()).toEqual({ '192.0.2.0/24': 1 });
  });
});

/** Exim’s statement with the values of a recipient. */
function statement({
  address = '198.51.100.7',
  network = '198.51.100.0/24',
  sender = 'a@out.test',
  recipient = 'box@bob.example',
  time = 0,
}): string {
  const quoted = (text: string) => text.replaceAll("'", "''");
  const [found = ''] = /INSERT INTO triplet .* RETURNING accepted/.exec(GREYLIST_ACL) ?? [];
  return found
    .replace(/\$\{quote_sqlite:\$\{mask:.*?\}\}\}\}/, quoted(network))
    .replace('${quote_sqlite:${lc:$sender_address}}', quoted(sender))
    .replace('${quote_sqlite:${lc:$local_part@$domain}}', quoted(recipient))
    .replace('${quote_sqlite:$sender_host_address}', address)
    .replaceAll('$tod_epoch', String(time))
    .replace(/\$\{lookup\{delay\}\S*\}/, '300')
    .replace(/\$\{lookup\{retry\}\S*\}/, '3600')
    .replace(/\$\{lookup\{expiry\}[^,]*\}/, '86400');
}

describe('the triplets', () => {
  let database: Database;
  const now = () => Math.floor(here.time / 1000);
  beforeEach(async () => {
    await prepareTriplets(here.engine.machine);
    database = new Database(join(here.state, 'root', TRIPLETS));
  });
  afterEach(() => {
    database.close();
  });
  /** @returns how often it was accepted: 0 is a deferral. */
  const attempt = (given: Parameters<typeof statement>[0] = {}): number => {
    const sql = statement({ ...given, time: now() });
    expect(sql).not.toMatch(/[${}]/);
    return database.prepare(sql).value() as number;
  };

  it('are deferred first, and accepted once they come again in time', async () => {
    expect(attempt()).toBe(0);
    here.time += 299_000;
    expect(attempt({ address: '198.51.100.8' })).toBe(0);
    expect(attempt({ sender: "o'x@out.test" })).toBe(0);
    here.time += 1000;
    expect(attempt()).toBe(1);
    expect(attempt({ recipient: 'other@bob.example' })).toBe(0);
    here.time += 86_399_000;
    expect(attempt()).toBe(2);
    here.time += 86_400_000;
    expect(attempt()).toBe(0);
  });

  it('begin again if they come too late', () => {
    expect(attempt()).toBe(0);
    here.time += 3_600_000;
    expect(attempt()).toBe(0);
    here.time += 300_000;
    expect(attempt()).toBe(1);
  });

  it('are listed until they expire', async () => {
    const read = (args = {}) => data('read_cpgreylist_deferred_entries', args);
    attempt({ sender: '' });
    here.time += 300_000;
    attempt({ sender: '', address: '198.51.100.8' });
    attempt();
    const first = {
      ...{ id: 1, sender_ip: '198.51.100.8', from_addr: '', to_addr: 'box@bob.example' },
      ...{ accepted_count: 1, deferred_count: 1, create_time: '2026-03-01 12:00:10' },
      ...{ block_exp_time: '2026-03-01 12:05:10', must_retry_by: '2026-03-01 13:00:10' },
      record_exp_time: '2026-03-02 12:05:10',
    };
    const all = await read();
    expect(all).toMatchObject({
      limit: 2,
      offset: 0,
      server_timezone: 'UTC',
      server_tzoffset: 0,
      total_rows: 2,
    });
    expect(all.greylist_deferred_entries).toMatchObject([
      first,
      { from_addr: 'a@out.test', accepted_count: 0 },
    ]);
    const page = { 'api.chunk.enable': '1', 'api.chunk.size': '1', 'api.chunk.start': '2' };
    const second = await read(page);
    expect(second).toMatchObject({ limit: 1, offset: 1, total_rows: 2 });
    expect((second.greylist_deferred_entries as Hash[]).map(({ from_addr }) => from_addr)).toEqual([
      'a@out.test',
    ]);
    here.time += 3_600_000;
    expect(await read()).toMatchObject({ total_rows: 1 });
  });

  it('are deleted by a task', async () => {
    attempt();
    here.time += 3_600_000;
    attempt({ sender: 'b@out.test' });
    const run = async () => {
      const { engine, application } = here;
      const task = { kind: 'purge-greylist', input: {}, caller: 'root', xid: 'x' };
      await transaction((db) => engine.addTask(db, task, here.time));
      await runTasks({ engine, application, state: here.state }, 'purge-greylist');
      return (await transaction((db) => tasks.list(db)))
        .filter(({ kind }) => kind === 'purge-greylist')
        .at(-1);
    };
    expect(await run()).toMatchObject({ state: 'done', result: { purged: 1 } });
    expect((await readTriplets(here.engine.machine, here.time)).map(({ sender }) => sender)).toEqual([
      'b@out.test',
    ]);
    here.time += 3_540_000;
    expect(await run()).toMatchObject({ state: 'done', result: {} });
    here.time += 60_000;
    expect(await run()).toMatchObject({ state: 'done', result: { purged: 1 } });
  });

  it('are none without Exim', async () => {
    const other = new Installation();
    try {
      const { data: found } = await other.call('read_cpgreylist_deferred_entries');
      expect(found).toMatchObject({ greylist_deferred_entries: [], total_rows: 0 });
    } finally {
      other.remove();
    }
  });
});
