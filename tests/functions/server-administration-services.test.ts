import type { Caller } from '../../src/core/context.ts';
import { zones } from '../../src/capabilities/dns/driver/zones/zones.ts';
import { virtualHosts } from '../../src/capabilities/web/driver/virtual-hosts/virtual-hosts.ts';
import { TaskLogFiles } from '../../src/store/task-logs.ts';
import { StateDirectory } from '../../src/store/state-directory.ts';
import { taskKinds } from '../../src/capabilities/tasks.generated.ts';
import { Worker } from '../../src/worker/worker.ts';
import { ServiceWatch } from '../../src/worker/service-watch.ts';
import { Installation } from '../support/installation.ts';
import { installPhp } from '../support/php.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

type Row = Record<string, string | number>;
const rows = async (args = {}) =>
  ((await here.call('servicestatus', args)).data as { service: Row[] }).service;
const named = async () => (await rows({ service: 'named' }))[0];
const as = (...privileges: string[]): { as: Caller } => ({
  as: { user: 'rita', privileges: new Set(privileges) },
});

describe('servicestatus', () => {
  it('lists every service that WHM knows, in a sandbox with none running', async () => {
    const all = await rows();
    expect(all).toHaveLength(31);
    expect(all.filter(({ running }) => running === 1)).toEqual([]);
    expect(all).toContainEqual({
      name: 'httpd',
      display_name: 'Web server (Apache)',
      installed: 1,
      enabled: 0,
      monitored: 0,
      running: 0,
    });
    expect(all.find(({ name }) => name === 'tailwatchd')).toMatchObject({ installed: 0, enabled: 0 });
  });

  it('shows a single service', async () => {
    expect((await rows({ service: 'named' })).map(({ name }) => name)).toEqual(['named']);
  });

  it('shows the actual state of the server of a sandbox', async () => {
    expect((await rows({ service: 'cpsrvd' }))[0]).toMatchObject({ running: 0 });
    await here.application.announceServer({ role: 'whmapi1d', addresses: ['https://127.0.0.1:2087'] });
    const [server, tasks, protection] = await Promise.all(
      ['cpsrvd', 'queueprocd', 'cphulkd'].map((service) => rows({ service })),
    );
    for (const row of [server, tasks, protection]) expect(row?.[0]).toMatchObject({ running: 1, enabled: 1 });
  });

  it('shows PHP-FPM, which has a unit for each version, as enabled and running only if all units are', async () => {
    const fpm = async () => (await rows({ service: 'apache_php_fpm' }))[0];
    installPhp(here, '8.3', '8.4');
    expect(await fpm()).toMatchObject({ installed: 1, enabled: 0, running: 0 });
    const machine = await here.engine.machine.services();
    await machine.enable('php8.4-fpm');
    await machine.start('php8.4-fpm');
    expect(await fpm()).toMatchObject({ enabled: 0, running: 0 });
    await here.call('configureservice', { service: 'apache_php_fpm', enabled: 1, monitored: 1 });
    expect(await fpm()).toMatchObject({ enabled: 1, running: 1, monitored: 1 });
    await machine.stop('php8.3-fpm');
    expect(await fpm()).toMatchObject({ enabled: 1, running: 0 });
    const { metadata, data } = await here.call('restartservice', { service: 'apache_php_fpm' });
    expect([metadata.result, data]).toEqual([
      1,
      { service: 'apache_php_fpm', output: 'PHP-FPM of the web server was restarted and is active.' },
    ]);
    expect(await fpm()).toMatchObject({ enabled: 1, running: 1 });
  });

  it('rejects an unknown service, with the names of the known ones', async () => {
    const { metadata } = await here.call('servicestatus', { service: 'nginx' });
    expect(metadata.error_code).toBe('bad_param');
    expect(metadata.reason).toContain('httpd');
  });

  it('accepts the privilege status', async () => {
    expect((await here.call('servicestatus', {}, as('status'))).metadata.result).toBe(1);
    expect((await here.call('servicestatus', {}, as('restart'))).metadata.error_code).toBe('denied');
  });
});

describe('configureservice', () => {
  it('enables and disables a service, and its monitoring separately', async () => {
    await here.call('configureservice', { service: 'named', enabled: 1, monitored: 1 });
    expect(await named()).toMatchObject({ enabled: 1, monitored: 1, running: 1 });
    await here.call('configureservice', { service: 'named', monitored: 0 });
    expect(await named()).toMatchObject({ enabled: 1, monitored: 0, running: 1 });
    const { metadata } = await here.call('configureservice', { service: 'named', enabled: 0 });
    expect(metadata.output?.warnings).toEqual([
      'This is a sandbox: the setting is recorded, and no service is started.',
    ]);
    expect(await named()).toMatchObject({ enabled: 0, monitored: 0, running: 0 });
  });

  it('changes nothing in a dry run, and returns the planned steps', async () => {
    const { metadata } = await here.call(
      'configureservice',
      { service: 'named', enabled: 1, monitored: 1 },
      { dryRun: true },
    );
    expect(metadata.output?.messages).toContain('Enable the service “named”, and start it.');
    expect(await named()).toMatchObject({ enabled: 0, monitored: 0, running: 0 });
  });

  it('enables and disables the brute-force protection', async () => {
    const isOn = async () => (await here.call('load_cphulk_config')).data?.cphulk_config;
    expect(await isOn()).toMatchObject({ is_enabled: 1 });
    await here.call('configureservice', { service: 'cphulkd', enabled: 0 });
    expect(await isOn()).toMatchObject({ is_enabled: 0 });
    expect((await rows({ service: 'cphulkd' }))[0]).toMatchObject({ enabled: 0, running: 0 });
  });

  it('does not stop the server that runs the call, or monitor a service that is not installed', async () => {
    const stop = await here.call('configureservice', { service: 'cpsrvd', enabled: 0 });
    expect(stop.metadata).toMatchObject({
      error_code: 'bad_param',
      reason: '“cpsrvd” answers this call. To stop it, run “systemctl disable --now whmapi1d”.',
    });
    const watch = await here.call('configureservice', { service: 'tailwatchd', monitored: 1 });
    expect(watch.metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'The service “tailwatchd” is not installed on this server.',
    });
  });

  it('requires an action, and is for root', async () => {
    expect((await here.call('configureservice', { service: 'named' })).metadata.error_code).toBe(
      'missing_param',
    );
    const { metadata } = await here.call('configureservice', { service: 'named', enabled: 0 }, as('restart'));
    expect(metadata.error_code).toBe('denied');
  });
});

describe('enable_monitor_all_enabled_services', () => {
  it('monitors only the enabled services', async () => {
    await here.call('configureservice', { service: 'named', enabled: 1 });
    await here.call('configureservice', { service: 'sshd', enabled: 1 });
    expect((await here.call('enable_monitor_all_enabled_services')).data).toEqual({
      services: [
        { service: 'named', monitored: 1 },
        { service: 'sshd', monitored: 1 },
      ],
    });
    const watched = (await rows()).filter(({ monitored }) => monitored === 1);
    expect(watched.map(({ name }) => name)).toEqual(['named', 'sshd']);
  });
});

describe('restartservice', () => {
  it('restarts a service, and says so', async () => {
    const { data, metadata } = await here.call('restartservice', { service: 'named' });
    expect(data).toEqual({ service: 'named', output: 'DNS server (BIND) was restarted and is active.' });
    expect(metadata.output?.warnings).toEqual([
      'This is a sandbox: the restart is recorded, and no service is started.',
    ]);
    expect(await named()).toMatchObject({ running: 1 });
  });

  it('restarts it as a task', async () => {
    const { data, metadata } = await here.call('restartservice', { service: 'named', queue_task: 1 });
    expect(data?.output).toMatch(/^The restart is task \d+\./);
    expect(await named()).toMatchObject({ running: 0 });
    const logs = new TaskLogFiles(new StateDirectory(here.state, process.getuid?.() ?? 0), () => here.time);
    const worker = new Worker({
      ...{ engine: here.engine, kinds: taskKinds, logs },
      storeState: () => here.application.storeState(),
    });
    await worker.runDue();
    expect(await named()).toMatchObject({ running: 1 });
    expect(logs.read(Number(metadata.task))).toContain('DNS server (BIND) was restarted and is active.');
  });

  it('allows the privilege “clustering” to restart only named', async () => {
    expect((await here.call('restartservice', { service: 'named' }, as('clustering'))).metadata.result).toBe(
      1,
    );
    const { metadata } = await here.call('restartservice', { service: 'httpd' }, as('clustering'));
    expect(metadata.error_code).toBe('denied');
    expect((await here.call('restartservice', { service: 'httpd' }, as('restart'))).metadata.result).toBe(1);
  });

  it('rejects a service that this server does not have', async () => {
    const { metadata } = await here.call('restartservice', { service: 'cpanellogd' });
    expect(metadata.error_code).toBe('not_found');
  });
});

it.each<[string, string, string | undefined, boolean]>([
  ['httpd', 'the watch has noticed', 'It has ended by itself.', true],
  ['named', 'the watch has noticed', 'It has ended by itself.', true],
  ['httpd', 'somebody asked for', undefined, false],
])(
  'a restart of %s that %s sets aside what it rejects: %s, %s',
  async (service, _who, problem, isSetAside) => {
    const driver = service === 'httpd' ? virtualHosts : zones;
    const set = jest.spyOn(driver, 'setAside').mockResolvedValue(['“bob.conf” was set aside.']);
    const { engine } = here;
    const task = await engine.store.transaction('changes', async (db) => {
      const input = { service, ...(problem !== undefined && { problem }) };
      const about = { kind: 'restart-service', input, caller: 'root', xid: 'x' };
      return { value: await engine.addTask(db, about, here.time), keep: true };
    });
    const logs = new TaskLogFiles(new StateDirectory(here.state, process.getuid?.() ?? 0), () => here.time);
    const storeState = () => here.application.storeState();
    await new Worker({ engine, kinds: taskKinds, logs, storeState }).runDue();
    expect(set).toHaveBeenCalledTimes(isSetAside ? 1 : 0);
    expect((logs.read(task) ?? '').includes('“bob.conf” was set aside.')).toBe(isSetAside);
    set.mockRestore();
  },
);

it('a shorter interval counts at once, while the watch waits for the longer one', async () => {
  let intervalMs = 3_600_000;
  const watch = new ServiceWatch({ engine: here.engine, intervalMs: async () => intervalMs, glanceMs: 10 });
  const checks = jest.spyOn(watch, 'check').mockResolvedValue([]);
  const glances = jest.spyOn(watch, 'glance');
  watch.start();
  for (let tries = 0; glances.mock.calls.length < 2 && tries < 200; tries++)
    await new Promise((resume) => setTimeout(resume, 10));
  expect(checks).toHaveBeenCalledTimes(1);
  expect(glances.mock.calls.length).toBeGreaterThan(1);
  intervalMs = 1;
  for (let tries = 0; checks.mock.calls.length < 2 && tries < 200; tries++)
    await new Promise((resume) => setTimeout(resume, 10));
  expect(checks.mock.calls.length).toBeGreaterThan(1);
  await watch.close();
});

it('a sandbox monitors nothing, because it runs nothing', async () => {
  await here.call('configureservice', { service: 'named', enabled: 1, monitored: 1 });
  await (await here.engine.machine.services()).stop('named');
  const watch = new ServiceWatch({ engine: here.engine, intervalMs: async () => 1 });
  expect(await watch.check()).toEqual([]);
});
