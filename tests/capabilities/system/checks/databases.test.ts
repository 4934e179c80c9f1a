// The checks of --doctor for databases, with the recorded servers of a sandbox.
import { join } from 'node:path';
import databases from '../../../../src/capabilities/databases/checks/databases.ts';
import { withSubject } from '../../../../src/doctor/subject.ts';
import { withMysql } from '../../../../src/capabilities/databases/driver/mysql/server.ts';
import { postgresqlOf } from '../../../../src/capabilities/databases/driver/postgresql/server.ts';
import { Installation } from '../../../support/installation.ts';
import { serveMariadb } from '../../../support/served-mariadb.ts';

const password = 'correct horse battery staple 7';
let here: Installation;
beforeAll(async () => {
  here = new Installation();
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password });
  await here.uapi('bob', 'Mysql::create_database', { name: 'bob_shop' });
  await createUser();
  await here.uapi('bob', 'Postgresql::create_database', { name: 'bob_pg' });
});
afterAll(() => here.remove());

const createUser = () => here.uapi('bob', 'Mysql::create_user', { name: 'bob_app', password });

/** The findings, as `severity message`. */
async function findings(): Promise<string[]> {
  const { machine, now } = here.engine;
  const { environment, state: stateDirectory } = here;
  const installation = {
    environment,
    stateDirectory,
    machine,
    now,
    userId: process.getuid?.() ?? 0,
    program: here.state,
  };
  const found = await withSubject(installation, (subject) => databases.run(subject));
  return found.map(
    ({ severity, message, command }) => `${severity} ${message}${command ? ` ${command}` : ''}`,
  );
}

const well = [
  'ok The sandbox’s imitation of MariaDB has every database and user that accounts created.',
  'ok The sandbox’s imitation of PostgreSQL has every database and user that accounts created.',
];

test('what accounts created is there', async () => {
  expect(await findings()).toEqual(well);
});

test('what was dropped by hand is missed until it is created again', async () => {
  const { machine } = here.engine;
  await withMysql(machine, (mysql) => mysql.dropUser('bob_app'));
  await (await postgresqlOf(machine)).dropDatabase('bob_pg');
  expect(await findings()).toEqual([
    'warning MariaDB no longer has users of accounts: “bob_app”. Websites that use them cannot connect. Create them ' +
      'again from the backup of the store, or with Mysql::create_user. whmapi1 --rebuild',
    'note PostgreSQL no longer has databases that accounts created: “bob_pg”. If their users did not drop them, restore ' +
      'them from a backup.',
  ]);
  await createUser();
  await here.uapi('bob', 'Postgresql::create_database', { name: 'bob_pg' });
  expect(await findings()).toEqual(well);
});

test('databases of nobody are named, except those of accounts by prefix and those of known tools', async () => {
  const { machine } = here.engine;
  await withMysql(machine, async (mysql) => {
    for (const name of ['wiki', 'eve_shop', 'stats', 'forum', 'bob_hand', 'phpmyadmin'])
      await mysql.createDatabase(name);
  });
  expect(await findings()).toEqual([
    'note MariaDB has databases that belong to no account: “eve_shop”, “forum”, “stats” and 1 more.',
    ...well,
  ]);
  await withMysql(machine, async (mysql) => {
    for (const name of ['wiki', 'eve_shop', 'stats', 'forum']) await mysql.dropDatabase(name);
    expect(await mysql.databases()).toEqual(['bob_hand', 'bob_shop', 'phpmyadmin']);
  });
});

test('a remote access list that lets users log in from everywhere', async () => {
  for (const host of ['%', '%.example.com', '192.0.2.%']) await here.uapi('bob', 'Mysql::add_host', { host });
  expect(await findings()).toEqual([
    ...well,
    'note The MariaDB users of “bob” may log in from everywhere, because “%” is in the remote access list. ' +
      'Mysql::delete_host takes it away.',
  ]);
  await here.uapi('bob', 'Mysql::delete_host', { host: '%' });
  expect(await findings()).toEqual(well);
});

test('a server that does not answer', async () => {
  serveMariadb(here.state, { socket: join(here.state, 'no-socket') });
  expect(await findings()).toEqual([
    expect.stringMatching(/^problem MariaDB cannot be used: .* systemctl restart mariadb$/),
    well[1],
  ]);
});
