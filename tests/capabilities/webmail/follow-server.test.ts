// The task that has Roundcube follow the PHP of the server, on a machine with services.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Installation } from '../../support/installation.ts';
import { runTasks } from '../../support/run-tasks.ts';

let here: Installation;
let programs: string[];
let restarts: string[];

beforeEach(() => {
  here = new Installation();
  [programs, restarts] = [[], []];
  const { machine } = here.engine;
  const tools = {
    has: async () => true,
    find: async (pattern: RegExp) => programs.filter((name) => pattern.test(name)),
    run: async () => ({ status: 0, stdout: '', stderr: '' }),
  };
  const services = {
    isSupported: true,
    state: async () => ({ isInstalled: true, state: 'active', log: [] }),
    enable: async () => undefined,
    restart: async (unit: string) => restarts.push(unit),
  };
  here.overrides = {
    machine: { ...machine, tools: async () => tools, services: async () => services as never },
  };
});
afterEach(() => here.remove());

const inRoot = (path: string) => join(here.state, 'root', path);
function install(release: string): void {
  programs.push(`php-fpm${release}`, `php${release}`);
  const folder = inRoot(`etc/php/${release}/mods-available`);
  mkdirSync(folder, { recursive: true });
  for (const name of ['intl', 'mbstring', 'pdo_sqlite', 'xml'])
    writeFileSync(join(folder, `${name}.ini`), '');
}
async function follow(): Promise<string> {
  await here.engine.store.transaction('changes', async (db) => {
    const task = { kind: 'follow-server', input: {}, caller: 'root', xid: '' };
    return { value: await here.engine.addTask(db, task, here.time), keep: true };
  });
  await runTasks(here, 'follow-server');
  return readFileSync(inRoot('etc/systemd/system/whmapi1-webmail.service'), 'utf8');
}

it('webmail changes to another PHP only if its own is gone', async () => {
  install('8.4');
  expect(await follow()).toContain('/usr/sbin/php-fpm8.4 ');
  install('8.5');
  expect(await follow()).toContain('/usr/sbin/php-fpm8.4 ');
  expect(restarts.filter((unit) => unit === 'whmapi1-webmail')).toHaveLength(1);
  programs = programs.filter((name) => !name.endsWith('8.4'));
  const unit = await follow();
  expect(unit).toContain('/usr/sbin/php-fpm8.5 ');
  expect(unit).toContain('/usr/bin/php8.5 ');
  expect(restarts.filter((one) => one === 'whmapi1-webmail')).toHaveLength(2);
  // A version without the extensions is none.
  renameSync(inRoot('etc/php/8.5/mods-available/intl.ini'), inRoot('etc/php/8.5/intl.ini'));
  install('8.6');
  expect(await follow()).toContain('/usr/sbin/php-fpm8.6 ');
});
