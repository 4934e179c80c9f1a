import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../../src/core/engine.ts';
import { virtualHosts } from '../../src/capabilities/web/driver/virtual-hosts/virtual-hosts.ts';
import { callUntilItWaits, holdFiles } from '../support/at-the-same-time.ts';
import { Installation } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';
import { interruptTask } from '../support/interrupted-task.ts';
import { installPhp, poolFile, poolNames } from '../support/php.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const isEnabled = async (role: string) => (await here.call('is_role_enabled', { role })).data?.enabled;
const codesOf = async () => {
  const { data } = await here.call('get_available_profiles');
  return (data?.profiles as { code: string }[]).map(({ code }) => code);
};

describe('get_available_profiles', () => {
  it('lists only the profiles of which this server provides a role', async () => {
    expect(await codesOf()).toEqual(['STANDARD', 'DNSNODE', 'MAILNODE', 'DATABASENODE', 'WEBNODE']);
  });

  it('names every role of WHM in each, once', async () => {
    const { data } = await here.call('get_available_profiles');
    for (const profile of data?.profiles as Record<string, { module: string }[]>[]) {
      const lists = [profile.enabled_roles, profile.optional_roles, profile.disabled_roles];
      const modules = lists.flatMap((list) => (list ?? []).map(({ module }) => module));
      expect(modules).toHaveLength(17);
      expect(new Set(modules).size).toBe(17);
    }
  });
});

describe('get_current_profile', () => {
  it('is STANDARD in a sandbox from the beginning', async () => {
    const { data } = await here.call('get_current_profile');
    expect(data).toMatchObject({
      code: 'STANDARD',
      experimental: 0,
      enabled_roles: [
        ...['DNS', 'FTP', 'MailLocal', 'MailReceive', 'MailSend', 'MailingLists', 'MySQL', 'MySQLClient'],
        ...['Postgres', 'PostgresClient', 'SpamFilter', 'Webmail', 'WebServer'],
      ].map((module) => ({ module })),
    });
  });

  it('names the roles that a newer version has added to the profile, and how to activate them', async () => {
    const listed = (await here.call('get_current_profile')).data?.enabled_roles as { module: string }[];
    const before = listed.map(({ module }) => module).filter((module) => module !== 'SpamFilter');
    await here.engine.store.transaction('changes', async (db) => {
      await db.run(
        "INSERT INTO active_profile (server, code, roles, activated_at) VALUES (?, 'STANDARD', ?, 0)",
        ...[db.server, JSON.stringify(before)],
      );
      return { value: undefined, keep: true };
    });
    const { metadata } = await here.call('get_current_profile');
    expect(metadata.output?.messages).toEqual([
      expect.stringMatching(
        /^The profile STANDARD now also has the role SpamFilter: .*\. Activate it with: whmapi1 --wait start_profile_activation code=STANDARD/,
      ),
    ]);
  });

  it('is none on a machine on which no profile was activated', async () => {
    here.isMachine = true;
    expect((await here.call('get_current_profile')).metadata).toMatchObject({
      result: 0,
      error_code: 'not_found',
      reason: 'No profile is active on this server. Activate one with start_profile_activation.',
    });
  });
});

describe('is_role_enabled', () => {
  it('distinguishes provided roles from others in a sandbox', async () => {
    expect([await isEnabled('DNS'), await isEnabled('MySQL'), await isEnabled('WebDisk')]).toEqual([1, 1, 0]);
  });

  it('returns no on a machine before a profile was activated', async () => {
    here.isMachine = true;
    expect(await isEnabled('DNS')).toBe(0);
  });

  it('recognises the names of roles only in their own case', async () => {
    expect((await here.call('is_role_enabled', { role: 'dns' })).metadata.error_code).toBe('bad_param');
  });
});

/** Runs the waiting tasks. @returns the state and reason of the last one of this kind. */
async function runAll(engine: Engine, kind: string) {
  await runTasks({ engine, application: here.application, state: here.state });
  return here.engine.store.transaction('reads', async (db) => ({
    value: await db.get('SELECT state, reason FROM task WHERE kind = ? ORDER BY id DESC LIMIT 1', kind),
    keep: false,
  }));
}

describe('start_profile_activation', () => {
  it('leaves nothing of an account that is removed while its files are written', async () => {
    const files = (folder: string) => readdirSync(join(here.state, 'root', folder)).join(' ');
    await here.call('createacct', { username: 'bob', domain: 'bob.example' });
    await here.call('createacct', { username: 'ann', domain: 'ann.example' });
    await here.call('start_profile_activation', { code: 'STANDARD' });
    const { engine, reached, release } = holdFiles(here.engine, '/etc/ssl');
    const task = runAll(engine, 'activate-profile');
    await reached;
    const { end } = await callUntilItWaits(here, 'removeacct', { username: 'bob' });
    release();
    expect((await end).metadata).toMatchObject({ result: 1 });
    expect(await task).toEqual({ state: 'done', reason: '' });
    expect(files('etc/ssl/whmapi1/sites')).toMatch(/^ann\.example-[0-9a-f]+\.pem$/);
    expect(files('etc/apache2/whmapi1/accounts')).toBe('ann.conf');
  });

  it('writes no pools of PHP-FPM for an account that was removed meanwhile', async () => {
    installPhp(here, '8.4');
    await here.call('createacct', { username: 'bob', domain: 'bob.example' });
    await here.call('createacct', { username: 'ann', domain: 'ann.example' });
    await here.call('start_profile_activation', { code: 'STANDARD' });
    const { engine, reached, release } = holdFiles(here.engine, '/etc/php');
    const task = runAll(engine, 'activate-profile');
    await reached;
    expect((await here.call('removeacct', { username: 'bob' })).metadata).toMatchObject({ result: 1 });
    release();
    expect(await task).toEqual({ state: 'done', reason: '' });
    expect(poolFile(here, '8.4', 'bob')).toBeUndefined();
    expect(poolNames(poolFile(here, '8.4', 'ann'))).toEqual(['ann.example']);
  });

  it('leaves no account without websites that is created meanwhile', async () => {
    await here.call('start_profile_activation', { code: 'DNSNODE' });
    expect(await runAll(here.engine, 'activate-profile')).toEqual({ state: 'done', reason: '' });
    await here.call('createacct', { username: 'ann', domain: 'ann.example' });
    await here.call('start_profile_activation', { code: 'STANDARD' });
    const { engine, reached, release } = holdFiles(here.engine, '/etc/ssl');
    const task = runAll(engine, 'activate-profile');
    await reached;
    const created = await here.call('createacct', { username: 'bob', domain: 'bob.example' });
    expect(created.metadata).toMatchObject({ result: 1 });
    release();
    expect(await task).toEqual({ state: 'done', reason: '' });
    const websites = readdirSync(join(here.state, 'root/etc/apache2/whmapi1/accounts'));
    expect(websites.sort()).toEqual(['ann.conf', 'bob.conf']);
  });

  it('is active, but failed, if the website of an account cannot be written', async () => {
    await here.call('start_profile_activation', { code: 'DNSNODE' });
    await runAll(here.engine, 'activate-profile');
    await here.call('createacct', { username: 'ann', domain: 'ann.example' });
    const folder = join(here.state, 'root/etc/apache2/whmapi1/accounts');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'ann.conf'), '# by hand\n');
    await here.call('start_profile_activation', { code: 'STANDARD' });
    expect(await runAll(here.engine, 'activate-profile')).toEqual({
      state: 'failed',
      reason: expect.stringMatching(/^The account “ann”: “\/etc\/apache2\/.*” was not written by/) as string,
    });
    expect(await isEnabled('WebServer')).toBe(1);
  });

  it('writes the websites of other accounts if the pools of one cannot be written', async () => {
    installPhp(here, '8.4');
    await here.call('start_profile_activation', { code: 'DNSNODE' });
    await runAll(here.engine, 'activate-profile');
    for (const username of ['ann', 'ben'])
      await here.call('createacct', { username, domain: `${username}.example` });
    const pools = join(here.state, 'root/etc/php/8.4/fpm/pool.d');
    mkdirSync(pools, { recursive: true });
    writeFileSync(join(pools, 'whmapi1-ann.conf'), '; by hand\n');
    await here.call('start_profile_activation', { code: 'STANDARD' });
    expect(await runAll(here.engine, 'activate-profile')).toEqual({
      state: 'failed',
      reason: expect.stringMatching(/^The account “ann”: “\/etc\/php\/.*” was not written by/) as string,
    });
    expect(readdirSync(join(here.state, 'root/etc/apache2/whmapi1/accounts'))).toEqual(['ben.conf']);
  });

  it('gives accounts what a new role has for them, and fails if one does not get it', async () => {
    await here.call('start_profile_activation', { code: 'WEBNODE' });
    await runAll(here.engine, 'activate-profile');
    for (const username of ['ann', 'ben', 'eve'])
      await here.call('createacct', { username, domain: `${username}.example` });
    const dump = async (domain: string) => (await here.call('dumpzone', { domain })).metadata.result;
    const zones = join(here.state, 'root/var/lib/bind/whmapi1');
    mkdirSync(zones, { recursive: true });
    writeFileSync(join(zones, 'ann.example.db'), '; by hand\n');
    // Its user is gone, as after a restore on a new machine.
    const passwd = join(here.state, 'root/etc/passwd');
    writeFileSync(passwd, readFileSync(passwd, 'utf8').replace(/^eve:.*\n/m, ''));
    await here.call('start_profile_activation', { code: 'STANDARD' });
    expect(await runAll(here.engine, 'activate-profile')).toEqual({
      state: 'failed',
      reason:
        'The profile is active, but these accounts lack what it gives them: “ann”. The log of the task says why.',
    });
    expect(await isEnabled('DNS')).toBe(1);
    expect([await dump('ben.example'), await dump('eve.example')]).toEqual([1, 0]);
    expect(readFileSync(join(zones, 'ann.example.db'), 'utf8')).toBe('; by hand\n');
  });

  it('restarts the web server if it was interrupted, perhaps before it did so', async () => {
    const restart = jest.spyOn(virtualHosts, 'restart');
    try {
      await here.call('start_profile_activation', { code: 'STANDARD' });
      await runAll(here.engine, 'activate-profile');
      expect(restart).not.toHaveBeenCalled();
      await here.call('start_profile_activation', { code: 'STANDARD' });
      await interruptTask(here, 'activate-profile');
      expect(await runAll(here.engine, 'activate-profile')).toEqual({ state: 'done', reason: '' });
      expect(restart).toHaveBeenCalledTimes(1);
    } finally {
      restart.mockRestore();
    }
  });

  it('starts a task, and returns its ID', async () => {
    const { data, metadata } = await here.call('start_profile_activation', { code: 'DNSNODE' });
    expect(data).toEqual({ log_id: String(metadata.task) });
  });

  it('enables the role of clients with that of the server', async () => {
    await here.call('start_profile_activation', {
      code: 'DATABASENODE',
      optional: { Postgres: 1, WebServer: 0 },
    });
    const [task] = await here.engine.store.transaction('reads', async (db) => ({
      value: await db.all<{ input: string }>('SELECT input FROM task'),
      keep: false,
    }));
    expect(JSON.parse(task?.input ?? '')).toEqual({
      code: 'DATABASENODE',
      roles: ['MySQL', 'MySQLClient', 'Postgres', 'PostgresClient'],
    });
  });

  it('starts none in a dry run', async () => {
    const { metadata } = await here.call('start_profile_activation', { code: 'DNSNODE' }, { dryRun: true });
    expect([metadata.result, metadata.task]).toEqual([1, undefined]);
    const tasks = await here.engine.store.transaction('reads', async (db) => ({
      value: await db.all('SELECT * FROM task'),
      keep: false,
    }));
    expect(tasks).toEqual([]);
  });

  it.each([
    [
      { code: 'DNSNODE', optional: { FTP: 1 } },
      'The parameter “optional” should name optional roles of the profile “DNSNODE”, which has none, and not “FTP”.',
    ],
    [
      { code: 'DNSNODE', optional: [1] },
      'The parameter “optional” should be a JSON hash of roles, such as {"DNS":1}.',
    ],
  ])('rejects %j', async (args, reason) => {
    const { metadata } = await here.call('start_profile_activation', args);
    expect(metadata).toMatchObject({ result: 0, error_code: 'bad_param', reason });
    expect(metadata.task).toBeUndefined();
  });
});
