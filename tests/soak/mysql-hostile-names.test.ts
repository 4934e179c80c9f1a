// The driver for MariaDB with names that an administrator may have given by hand: quotes, dots, wildcards of grants, other
// alphabets, and the longest names. Each is created, used and removed without touching anything else.
import fc from 'fast-check';
import { escapeId } from 'mysql2';
import { MachineError } from '../../src/core/machine-error.ts';
import type { MysqlCatalogue } from '../../src/capabilities/databases/driver/mysql/contract.ts';
import { ServedMysql } from '../../src/capabilities/databases/driver/mysql/served.ts';
import { MysqlServer } from '../../src/machine/databases/mysql.ts';
import { PrivateMariadb } from '../support/private-mariadb.ts';

const password = `p'"\\` + '`%_';
let server: PrivateMariadb;

beforeAll(async () => {
  server = await PrivateMariadb.start();
});
afterAll(() => server.stop());

const refuse = () => Promise.reject(new Error('Not dumped here.'));
const notCopied = { schema: refuse, dump: refuse, load: refuse, remove: refuse, archive: refuse };

const using = <T>(work: (mysql: MysqlCatalogue) => Promise<T>) =>
  new MysqlServer({ socket: server.socket }).use((connection) =>
    work(new ServedMysql(connection, notCopied)),
  );

const pieces = [
  'a',
  'B',
  '_',
  '%',
  '`',
  "'",
  '"',
  '\\',
  '.',
  ' ',
  '-',
  '/',
  '*',
  ';',
  'é',
  'ß',
  '数',
  '\0',
  '😀',
  '@',
  '#',
];
const name = fc
  .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 24 })
  .map((parts) => `h${parts.join('')}`)
  // MariaDB removes spaces at the end of users’ names.
  .filter((text) => !text.endsWith(' '));

/** Everything of the server’s catalogue that this test could change by accident. */
const state = () =>
  server.query(
    `SELECT SCHEMA_NAME FROM information_schema.SCHEMATA;
     SELECT Host, User FROM mysql.user; SELECT Host, User, Db FROM mysql.db`,
  );

test('databases and privileges with hostile names', async () => {
  server.query(
    'CREATE DATABASE other; CREATE USER other@localhost; GRANT SELECT ON other.* TO other@localhost',
  );
  await using((mysql) => mysql.createUser('tester', ['localhost'], password));
  const login = { user: 'tester', password };
  const before = state();
  let created = 0;
  await fc.assert(
    fc.asyncProperty(name, async (database) => {
      await using(async (mysql) => {
        try {
          await mysql.createDatabase(database);
        } catch (error) {
          // A name that MariaDB does not allow, such as one with a NUL.
          expect(error).toBeInstanceOf(MachineError);
          expect(state()).toEqual(before);
          return;
        }
        created += 1;
        expect(await mysql.databases({ names: [database], prefixes: [] })).toEqual([database]);
        expect(await mysql.databases({ names: [], prefixes: [database] })).toEqual([database]);
        await mysql.setPrivileges('tester', database, ['ALL PRIVILEGES']);
        expect(await mysql.grants(['tester'])).toEqual([{ user: 'tester', host: 'localhost', database }]);
        const use = `CREATE TABLE ${escapeId(database, true)}.t (a INT)`;
        expect(server.refusal(use, login)).toBeUndefined();
        // A name that the wildcards of a grant would match too.
        const alike = database.replaceAll(/[_%]/g, 'x');
        if (alike !== database) {
          await mysql.createDatabase(alike);
          const other = `CREATE TABLE ${escapeId(alike, true)}.t (a INT)`;
          expect(server.refusal(other, login)).toContain('denied');
          await mysql.dropDatabase(alike);
        }
        await mysql.setPrivileges('tester', database, ['SELECT']);
        expect(await mysql.privileges('tester', database)).toEqual([
          { host: 'localhost', privileges: ['SELECT'] },
        ]);
        expect((await mysql.check(database)).map(({ text }) => text)).toEqual(['OK']);
        await mysql.dropDatabase(database);
      });
      expect(state()).toEqual(before);
    }),
    { numRuns: 60 },
  );
  expect(created).toBeGreaterThan(10);
});

test('users with hostile names', async () => {
  const before = state();
  await fc.assert(
    fc.asyncProperty(name, async (user) => {
      await using(async (mysql) => {
        try {
          await mysql.createUser(user, ['localhost', '192.0.2.%'], password);
        } catch (error) {
          expect(error).toBeInstanceOf(MachineError);
          expect(state()).toEqual(before);
          return;
        }
        const [found] = await mysql.users({ names: [user], prefixes: [] });
        expect(found).toEqual({ name: user, hosts: ['192.0.2.%', 'localhost'] });
        await mysql.setPrivileges(user, 'other', ['SELECT', 'UPDATE']);
        await mysql.addHosts(user, ['web.example']);
        expect((await mysql.privileges(user, 'other')).map(({ host }) => host)).toEqual([
          ...['192.0.2.%', 'localhost', 'web.example'],
        ]);
        await mysql.dropHost(user, 'web.example');
        expect(await mysql.setPassword(user, 'x')).toEqual([]);
        await mysql.dropUser(user);
      });
      expect(state()).toEqual(before);
    }),
    { numRuns: 40 },
  );
});

test('the longest names', async () => {
  const database = 'd'.repeat(64);
  await using(async (mysql) => {
    await mysql.createDatabase(database);
    await mysql.setPrivileges('tester', database, ['ALL PRIVILEGES']);
    expect(
      server.refusal(`CREATE TABLE ${database}.t (a INT)`, { user: 'tester', password }),
    ).toBeUndefined();
    await mysql.dropDatabase(database);
    await expect(mysql.createDatabase('d'.repeat(65))).rejects.toThrow('MariaDB refused');
  });
});
