// Changes of packages in a sandbox, with their builds.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import { Installation } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

type Arguments = Readonly<Record<string, Json>>;

async function submit(args: Arguments): Promise<number> {
  const { data, metadata } = await here.call('package_manager_submit_actions', args);
  expect(metadata.reason).toBe('OK');
  expect(data).toEqual({ build: metadata.task });
  return Number(metadata.task);
}

async function installed(): Promise<string[]> {
  const { data } = await here.call('package_manager_list_packages', { state: 'installed' });
  return (data?.packages as { package: string }[]).map((row) => row.package);
}

const log = async (build: number, offset: number) =>
  (await here.call('package_manager_get_build_log', { build, offset })).data as {
    content: string[];
    offset: number;
    still_running: number;
  };
const isActive = async (build: number) =>
  (await here.call('package_manager_is_performing_actions', { build })).data?.active;

describe('package_manager_submit_actions', () => {
  it('installs, upgrades and removes packages in a task', async () => {
    const before = await installed();
    const build = await submit({ install: ['nginx'], upgrade: ['openssl'] });
    expect([await installed(), await isActive(build)]).toEqual([before, 1]);
    await runTasks(here);
    expect(await installed()).toEqual([...before, 'nginx', 'nginx-common'].sort());
    expect(await isActive(build)).toBe(0);
    await submit({ uninstall: ['nginx-common'] });
    await runTasks(here);
    expect(await installed()).toEqual(before);
  });

  it('says what would be changed in a dry run', async () => {
    const args = { install: ['nginx'], upgrade: ['openssl'] };
    const { metadata } = await here.call('package_manager_submit_actions', args, { dryRun: true });
    expect(metadata.task).toBeUndefined();
    expect(metadata.output?.messages).toEqual([
      'Installs nginx 1.26.3-3, nginx-common 1.26.3-3.',
      'Upgrades openssl 3.5.4-1.',
    ]);
  });

  it.each([
    [{}, 'missing_param', /“install”, “uninstall” or “upgrade”/],
    [{ install: ['nope'] }, 'bad_param', /^No list of packages has “nope”/],
    [{ install: ['nginx'], uninstall: ['nginx'] }, 'bad_param', /^The package “nginx” is in the call twice/],
    [{ upgrade: ['nginx'] }, 'bad_param', /^The package “nginx” is not installed\.$/],
    [{ uninstall: ['nginx'] }, 'bad_param', /^The package “nginx” is not installed\.$/],
    [
      { uninstall: ['dpkg'] },
      'bad_param',
      /must stay\. “dpkg” is essential: Debian does not work without it\.$/,
    ],
    [
      { uninstall: ['bind9-libs'] },
      'bad_param',
      /“bind9” belongs to the role DNS of this server\. First activate .*start_profile_activation.*“bind9-utils” belongs/,
    ],
    [{ install: ['postfix', 'exim4-daemon-light'] }, 'host_failed', /^apt finds no way to do that\./],
    [{ install: ['nginx; reboot'] }, 'bad_param', /the name of a Debian package/],
  ])('rejects %j, and changes nothing', async (args, code, reason) => {
    const { metadata } = await here.call('package_manager_submit_actions', args);
    expect(metadata).toMatchObject({ result: 0, error_code: code });
    expect(metadata.reason).toMatch(reason);
    expect(metadata.task).toBeUndefined();
  });

  it('checks the request again when the task runs', async () => {
    const first = await submit({ install: ['postfix'] });
    const { task: third } = (await here.call('package_manager_submit_actions', { upgrade: ['openssl'] }))
      .metadata;
    const { task: fourth } = (await here.call('package_manager_submit_actions', { upgrade: ['openssl'] }))
      .metadata;
    await runTasks(here);
    expect((await log(first, 0)).content.at(-1)).toMatch(/ It is done\.$/);
    expect((await log(Number(third), 0)).content.join('\n')).toContain('Setting up openssl');
    expect((await log(Number(fourth), 0)).content.join('\n')).toContain('Nothing has to be changed.');
  });

  it('succeeds if an interrupted attempt has already removed the package', async () => {
    await submit({ install: ['nginx'] });
    await runTasks(here);
    const removals = [await submit({ uninstall: ['nginx'] }), await submit({ uninstall: ['nginx'] })];
    await runTasks(here);
    expect(await installed()).not.toContain('nginx');
    for (const build of removals) expect((await log(build, 0)).content.at(-1)).toMatch(/ It is done\.$/);
  });
});

describe('package_manager_upgrade', () => {
  it('upgrades every package that is not held', async () => {
    const { data, metadata } = await here.call('package_manager_upgrade');
    expect(metadata.output?.messages).toEqual(['By the present lists: Upgrades openssl 3.5.4-1.']);
    await runTasks(here);
    const { content } = await log(Number(data?.build), 0);
    expect(content.map((line) => line.replace(/^\S+ /, ''))).toEqual([
      'change-packages begins.',
      'A sandbox has a list of packages of its own, and downloads nothing.',
      'Upgrades openssl 3.5.4-1.',
      'Setting up openssl (3.5.4-1).',
      'It is done.',
    ]);
    const left = await here.call('package_manager_list_packages', { state: 'updatable' });
    expect(left.data?.packages).toEqual([]);
  });
});

describe('package_manager_get_build_log', () => {
  it('is empty before the task begins', async () => {
    const build = await submit({ install: ['nginx'] });
    expect(await log(build, 0)).toEqual({ content: [], offset: 0, still_running: 1 });
  });

  it('goes on at the offset, in bytes, with complete lines only', async () => {
    const build = await submit({ install: ['nginx'] });
    await runTasks(here);
    const whole = await log(build, 0);
    const file = join(here.state, 'tasks', `${build}.log`);
    appendFileSync(file, 'Größe: 5 €\npartly');
    const next = await log(build, whole.offset);
    expect(next).toEqual({ content: ['Größe: 5 €'], offset: whole.offset + 15, still_running: 0 });
    expect((await log(build, next.offset)).content).toEqual([]);
    appendFileSync(file, ' done\n');
    expect(await log(build, next.offset)).toMatchObject({
      content: ['partly done'],
      offset: next.offset + 12,
    });
  });

  it('shows what programs print without their control characters', async () => {
    const build = await submit({ install: ['nginx'] });
    await runTasks(here);
    const { offset } = await log(build, 0);
    const printed =
      '(Reading database ... \r(Reading database ... 5%\r(Reading database ... done.\r\n\u001b[1mbold\n';
    appendFileSync(join(here.state, 'tasks', `${build}.log`), printed);
    expect((await log(build, offset)).content).toEqual(['(Reading database ... done.', '\\u{1b}[1mbold']);
  });

  it.each([
    [{ build: 99, offset: 0 }, 'not_found', 'There is no task 99. whmapi1 --tasks lists the tasks.'],
    [
      { build: 0, offset: 0 },
      'bad_param',
      'The parameter “build” should be a whole number, 1 or more, not “0”.',
    ],
    [
      { build: 1, offset: -1 },
      'bad_param',
      'The parameter “offset” should be a whole number, 0 or more, not “-1”.',
    ],
    [
      { build: 1, offset: 100_000 },
      'bad_param',
      /^The parameter “offset” should be at most \d+, which is the size/,
    ],
  ])('rejects %j', async (args, code, reason) => {
    await submit({ install: ['nginx'] });
    await runTasks(here);
    const { metadata } = await here.call('package_manager_get_build_log', args);
    expect(metadata).toMatchObject({ result: 0, error_code: code });
    expect(metadata.reason).toMatch(reason);
  });

  it('is not for tasks of other kinds', async () => {
    const { metadata: started } = await here.call('start_profile_activation', { code: 'DNSNODE' });
    const args = { build: Number(started.task), offset: 0 };
    const { metadata } = await here.call('package_manager_get_build_log', args);
    expect(metadata.reason).toBe(`The task ${started.task} does not change packages.`);
    const check = await here.call('package_manager_is_performing_actions', { build: args.build });
    expect(check.metadata.error_code).toBe('not_found');
  });
});

describe('package_manager_fixcache', () => {
  it('has nothing to repair in a sandbox', async () => {
    expect((await here.call('package_manager_fixcache')).data).toEqual({ cache_seems_ok_now: 1 });
    const { metadata } = await here.call('package_manager_fixcache', {}, { dryRun: true });
    expect(metadata.output?.messages).toEqual(['Complete them, and fetch the lists of packages again.']);
  });
});
