// PostgreSQL databases of an account whose addon domain becomes an account: they stay, and an administrator can move them.
import { Installation } from '../support/installation.ts';
import { PrivatePostgresql } from '../support/private-postgresql.ts';
import { servePostgresql } from '../support/served-postgresql.ts';
import { StateDirectory } from '../../src/store/state-directory.ts';
import { TaskLogFiles } from '../../src/store/task-logs.ts';
import { taskKinds } from '../../src/capabilities/tasks.generated.ts';
import { Worker } from '../../src/worker/worker.ts';

const password = 'correct horse battery staple 7';
let here: Installation;
let server: PrivatePostgresql;
type Args = Readonly<Record<string, string>>;

async function succeed(command: string, args: Args = {}) {
  const { metadata, data } = await here.call(command, args);
  expect([command, metadata.result === 1 ? '' : metadata.reason]).toEqual([command, '']);
  return { data, warnings: metadata.output?.warnings ?? [] };
}
async function uapi(user: string, name: string, args: Args = {}): Promise<unknown> {
  const { errors, data } = await here.uapi(user, `Postgresql::${name}`, args);
  expect([name, errors]).toEqual([name, null]);
  return data;
}

beforeAll(async () => {
  server = await PrivatePostgresql.start();
  here = new Installation();
  here.overrides.randomBytes = async (count) => crypto.getRandomValues(new Uint8Array(count));
  servePostgresql(here.state, server);
  // The conversion is the first task.
  for (const key of ['create_account_dkim', 'create_account_spf'])
    await succeed('set_tweaksetting', { key, value: '0' });
  await succeed('createacct', { username: 'bob', domain: 'bob.example', maxaddon: '1' });
  await succeed('create_subdomain', { domain: 'shop.bob.example', document_root: 'public_html/shop' });
  const alias = { domain: 'shop.example', username: 'bob', web_vhost_domain: 'shop.bob.example' };
  await succeed('create_parked_domain_for_user', alias);
  await uapi('bob', 'create_database', { name: 'bob_shop' });
  await uapi('bob', 'create_user', { name: 'bob_app', password });
  await uapi('bob', 'grant_all_privileges', { database: 'bob_shop', user: 'bob_app' });
  await server.as('bob_app', password, 'bob_shop', 'CREATE TABLE t (id int)', 'INSERT INTO t VALUES (7)');
});
afterAll(async () => {
  here.remove();
  await server.stop();
});

const conversion = { domain: 'shop.example', username: 'new' };
const staying =
  'On PostgreSQL, these stay with “bob”, and still work for the website: database “bob_shop”, user “bob_app”.';

test('a server that does not answer is told, before anything changes', async () => {
  await server.server.halt();
  const args = { ...conversion, wait: '1' };
  const { metadata } = await here.call('convert_addon_initiate_conversion', args, { dryRun: true });
  await server.server.restart();
  expect(metadata.output?.warnings).toContainEqual(
    expect.stringMatching(
      /^PostgreSQL databases of “bob” stay with it, but it is not known .* It does not run/,
    ),
  );
});

test('the call and the details of the conversion name what stays, and it still works', async () => {
  const { warnings } = await succeed('convert_addon_initiate_conversion', conversion);
  expect(warnings).toEqual([expect.stringContaining(staying)]);
  const { engine, application, state } = here;
  const logs = new TaskLogFiles(new StateDirectory(state, process.getuid?.() ?? 0), engine.now);
  const worker = new Worker({ engine, storeState: () => application.storeState(), kinds: taskKinds, logs });
  await worker.runDue();
  const { data } = await succeed('convert_addon_fetch_conversion_details', { job_id: '1' });
  expect(data).toMatchObject({
    job_status: 'DONE',
    steps: [{ status: 'DONE', warnings: expect.stringContaining(staying) as string }],
  });
  expect(await uapi('bob', 'list_databases')).toMatchObject([{ database: 'bob_shop', users: ['bob_app'] }]);
  expect(await uapi('new', 'list_databases')).toEqual([]);
  expect(await server.as('bob_app', password, 'bob_shop', 'SELECT id FROM t')).toEqual([{ id: 7 }]);
});

test('an administrator moves them as the description says', async () => {
  const { description = '' } = (await here.engine.find('convert_addon_initiate_conversion')) ?? {};
  const statements =
    /(ALTER DATABASE .*?;) (ALTER ROLE .*?;) (ALTER ROLE .*?;)/.exec(description)?.slice(1) ?? [];
  expect(statements).toHaveLength(3);
  await server.root('postgres', ...statements);
  await uapi('new', 'update_privileges');
  expect(await uapi('new', 'list_databases')).toMatchObject([{ database: 'new_shop', users: ['new_app'] }]);
  expect(await uapi('bob', 'list_databases')).toEqual([]);
  expect([await uapi('bob', 'list_users'), await uapi('new', 'list_users')]).toEqual([[], ['new_app']]);
  expect(
    await server.as(
      'new_app',
      password,
      'new_shop',
      'ALTER TABLE t ADD more int',
      'SELECT id, current_user AS who FROM t',
    ),
  ).toEqual([{ id: 7, who: 'new_shop owner' }]);
  await uapi('new', 'rename_database', { oldname: 'new_shop', newname: 'new_store' });
  await succeed('removeacct', { username: 'bob' });
  expect(await server.as('new_app', password, 'new_store', 'SELECT id FROM t')).toEqual([{ id: 7 }]);
  await succeed('removeacct', { username: 'new' });
  expect(
    await server.root('postgres', "SELECT 1 FROM pg_roles WHERE rolname LIKE 'new%' OR rolname LIKE 'bob%'"),
  ).toEqual([]);
});
