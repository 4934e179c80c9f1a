// Databases of accounts on another MariaDB server, over the network: they are copied, handed over and renamed there.
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { MysqlServer } from '../../src/machine/databases/mysql.ts';
import { StateDirectory } from '../../src/store/state-directory.ts';
import { TaskLogFiles } from '../../src/store/task-logs.ts';
import { taskKinds } from '../../src/capabilities/tasks.generated.ts';
import { Worker } from '../../src/worker/worker.ts';
import { start } from '../support/command.ts';
import { Installation } from '../support/installation.ts';
import { PrivateMariadb } from '../support/private-mariadb.ts';
import { serveMariadb } from '../support/served-mariadb.ts';
import { until } from '../support/until.ts';

const password = 'correct horse battery staple 7';
const secret = 'a secret of the profile';
let here: Installation;
let local: PrivateMariadb;
let remote: PrivateMariadb;

type Args = Readonly<Record<string, string>>;
async function succeed(command: string, args: Args = {}) {
  const { metadata, data } = await here.call(command, args);
  expect([command, metadata.result === 1 ? '' : metadata.reason]).toEqual([command, '']);
  return { data, said: JSON.stringify(metadata.output) };
}
async function uapi(user: string, name: string, args: Args = {}): Promise<unknown> {
  const { errors, data } = await here.uapi(user, `Mysql::${name}`, args);
  expect([name, errors]).toEqual([name, null]);
  return data;
}

beforeAll(async () => {
  remote = await PrivateMariadb.start({ hasNetwork: true });
  local = await PrivateMariadb.start();
  remote.query(`CREATE USER whm@localhost IDENTIFIED BY '${secret}';
    GRANT ALL PRIVILEGES ON *.* TO whm@localhost WITH GRANT OPTION`);
});
afterAll(async () => {
  await remote.stop();
  await local.stop();
});

async function runTasks(): Promise<void> {
  const { engine, application, state } = here;
  const logs = new TaskLogFiles(new StateDirectory(state, process.getuid?.() ?? 0), engine.now);
  const worker = new Worker({ engine, storeState: () => application.storeState(), kinds: taskKinds, logs });
  await worker.runDue();
}

beforeEach(async () => {
  here = new Installation();
  serveMariadb(here.state, local);
  await succeed('remote_mysql_create_profile', {
    ...{ name: 'db2', mysql_host: '127.0.0.1', mysql_port: String(remote.port) },
    ...{ mysql_user: 'whm', mysql_pass: secret },
  });
  await succeed('remote_mysql_initiate_profile_activation', { name: 'db2' });
  await runTasks();
  await succeed('createacct', { username: 'bob', domain: 'bob.example', maxaddon: '1' });
  await succeed('create_subdomain', { domain: 'shop.bob.example', document_root: 'public_html/shop' });
  const alias = { domain: 'shop.example', username: 'bob', web_vhost_domain: 'shop.bob.example' };
  await succeed('create_parked_domain_for_user', alias);
  for (const name of ['bob_wp', 'bob_blog']) await uapi('bob', 'create_database', { name });
  await uapi('bob', 'create_user', { name: 'bob_app', password });
  const all = { user: 'bob_app', database: 'bob_wp', privileges: 'ALL PRIVILEGES' };
  await uapi('bob', 'set_privileges_on_database', all);
  remote.query(`CREATE TABLE bob_wp.posts (t TEXT); INSERT INTO bob_wp.posts VALUES ('hello');
    CREATE TRIGGER bob_wp.tr BEFORE INSERT ON bob_wp.posts FOR EACH ROW SET NEW.t = CONCAT('é', NEW.t);
    CREATE TABLE bob_blog.t AS SELECT 1 AS a; CREATE VIEW bob_blog.v AS SELECT a FROM bob_blog.t`);
});
afterEach(() => {
  here.remove();
  for (const name of remote.query("SHOW DATABASES WHERE `Database` RLIKE '^(bob|shop)_'").flat())
    remote.query(`DROP DATABASE \`${name}\``);
  for (const user of ['bob_app', 'bob_web', 'shop_app'])
    remote.query(`DROP USER IF EXISTS ${user}@localhost, ${user}@'127.0.0.1'`);
});

const conversion = { domain: 'shop.example', username: 'shop', wait: '1' };
const app = (user: string, database: string) => ({ user, password, host: '127.0.0.1', database });
const accounts = () => remote.query("SHOW DATABASES WHERE `Database` RLIKE '^(bob|shop)_'").flat();
const dumps = () => {
  const folder = join(here.state, 'root/var/lib/whmapi1-database-copies');
  return existsSync(folder) ? readdirSync(folder) : [];
};

test('an addon domain takes a database and a user along, and gets a copy of another', async () => {
  const { said } = await succeed('convert_addon_initiate_conversion', {
    ...conversion,
    ...{ movemysqldb: 'bob_wp', movemysqluser: 'bob_app', 'copymysqldb-bob_blog': 'shop_blog' },
  });
  expect(said).toContain('Copied: database “bob_blog” to “shop_blog”.');
  expect(accounts()).toEqual(['bob_blog', 'bob_wp', 'shop_blog']);
  expect(local.query("SHOW DATABASES WHERE `Database` RLIKE '^(bob|shop)_'")).toEqual([]);
  expect(remote.query('SELECT a FROM shop_blog.v')).toEqual([['1']]);
  expect(remote.query('SHOW CREATE VIEW shop_blog.v').flat().join()).not.toContain('bob_blog');
  expect(remote.query('SELECT t FROM posts', app('bob_app', 'bob_wp'))).toEqual([['hello']]);
  const listed = (await uapi('shop', 'list_databases')) as { database: string }[];
  expect(listed.map(({ database }) => database).sort()).toEqual(['bob_wp', 'shop_blog']);
  expect(await uapi('shop', 'locate_server')).toMatchObject({ is_remote: 1 });
  expect(dumps()).toEqual([]);
  // They are on the other server for the new account too.
  await uapi('shop', 'rename_database', { oldname: 'bob_wp', newname: 'shop_wp' });
  await uapi('shop', 'rename_user', { oldname: 'bob_app', newname: 'shop_app' });
  expect(remote.query('SELECT t FROM posts', app('shop_app', 'shop_wp'))).toEqual([['hello']]);
  await succeed('removeacct', { username: 'shop' });
  expect(accounts()).toEqual(['bob_blog']);
});

test('a database and a user are renamed there, by the account and by WHM', async () => {
  await uapi('bob', 'rename_database', { oldname: 'bob_wp', newname: 'bob_site' });
  await succeed('rename_mysql_user', { oldname: 'bob_app', newname: 'bob_web', cpuser: 'bob' });
  const login = app('bob_web', 'bob_site');
  remote.query("INSERT INTO posts VALUES ('more')", login);
  expect(remote.query('SELECT t FROM posts', login)).toEqual([['hello'], ['émore']]);
  expect(accounts()).toEqual(['bob_blog', 'bob_site']);
  expect(await uapi('bob', 'list_databases')).toMatchObject([
    { database: 'bob_blog', users: [] },
    { database: 'bob_site', users: ['bob_web'] },
  ]);
});

interface Tool {
  readonly pid: number;
  /** The names of the files that it has open. */
  readonly files: readonly string[];
  readonly words: string;
  readonly variables: string;
}

/** The process that writes the dump. */
function dumpTool(): Tool | undefined {
  for (const pid of readdirSync('/proc').map(Number).filter(Boolean)) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      if (!words.startsWith('mariadb-dump\0') || !words.includes(here.state)) continue;
      const folder = `/proc/${pid}/fd`;
      const files = readdirSync(folder).map((file) => readlinkSync(join(folder, file)));
      return { pid, files, words, variables: readFileSync(`/proc/${pid}/environ`, 'utf8') };
    } catch {
      // The process has ended.
    }
  }
  return undefined;
}

/** The files below a folder that contain the password of the profile. */
function filesWithSecret(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(secret));
}

test('SIGKILL during a dump leaves no password behind, and the next call removes the copy', async () => {
  const words = Object.entries({ ...conversion, 'copymysqldb-bob_blog': 'shop_blog' });
  let tool: Tool | undefined;
  await new MysqlServer({ socket: remote.socket }).use(async (session) => {
    await session.query('LOCK TABLES bob_blog.t WRITE');
    const { child, done } = start(
      ['convert_addon_initiate_conversion', ...words.map(([name, value]) => `${name}=${value}`)],
      { state: here.state, env: here.environment },
    );
    try {
      await until(() => {
        const found = dumpTool();
        const [waiting] = remote.query(
          "SELECT 1 FROM information_schema.PROCESSLIST WHERE STATE LIKE '%metadata lock%'",
        );
        if (waiting !== undefined) tool = found;
        return tool !== undefined;
      }, 'the dump that waits for the table');
    } finally {
      child.kill('SIGKILL');
      const { signal } = await done;
      if (tool !== undefined) process.kill(tool.pid, 'SIGKILL');
      // The clean-up would wait for the table for ever.
      await session.query('UNLOCK TABLES');
      expect(signal).toBe('SIGKILL');
    }
  });
  expect(tool?.files).toContainEqual(expect.stringMatching(/^\/dev\/shm\/.* \(deleted\)$/));
  expect(`${tool?.words}${tool?.variables}`).not.toContain(secret);
  expect(filesWithSecret(here.state)).toEqual([]);
  expect(existsSync(join(here.state, 'root/run/whmapi1-mysql'))).toBe(false);
  await succeed('listaccts');
  expect(accounts()).toEqual(['bob_blog', 'bob_wp']);
  expect(dumps()).toEqual([]);
  await succeed('convert_addon_initiate_conversion', Object.fromEntries(words));
  expect(remote.query('SELECT a FROM shop_blog.v')).toEqual([['1']]);
});
