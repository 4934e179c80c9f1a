// MariaDB for clients of other hosts: the tweak setting, its task, and the file that the task writes in a sandbox.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Installation } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const path = () => join(here.state, 'root/etc/mysql/mariadb.conf.d/61-whmapi1-remote.cnf');
async function set(value: string) {
  const { metadata } = await here.call('set_tweaksetting', { key: 'mysql_remote_clients', value });
  expect(metadata.output).toEqual({
    messages: [expect.stringMatching(/^The task \d+ applies the setting\.$/)],
  });
  await runTasks(here, 'configure-database-server');
}

test('the setting is off at first, writes the addresses and TLS when it is on, and takes them away', async () => {
  const { data } = await here.call('get_tweaksetting', { key: 'mysql_remote_clients' });
  expect(data).toMatchObject({ tweaksetting: { value: '0' } });
  await set('1');
  expect(readFileSync(path(), 'utf8')).toContain('[mariadbd]\nbind-address = *\n');
  expect(readFileSync(path(), 'utf8')).toContain('\nrequire_secure_transport = ON\n');
  await set('0');
  expect(existsSync(path())).toBe(false);
  await set('1');
  await set('');
  expect(existsSync(path())).toBe(false);
});

test('a file that was edited by hand is kept, and the task fails with its name', async () => {
  await set('1');
  writeFileSync(path(), '[mariadbd]\nbind-address = 192.0.2.1\n');
  await set('0');
  expect(readFileSync(path(), 'utf8')).toContain('192.0.2.1');
  const task = await here.engine.store.transaction('reads', async (db) => ({
    value: await db.get(
      "SELECT state, reason FROM task WHERE kind = 'configure-database-server' ORDER BY id DESC LIMIT 1",
    ),
    keep: false,
  }));
  expect(task).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('was edited by hand') as string,
  });
});
