// The databases of an account as files: --export-databases and --import-databases, on real servers.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { backUpStore, restoreStore } from '../../src/administration/installation.ts';
import { Rebuilding } from '../../src/administration/rebuild.ts';
import { Database } from '../../src/store/database.ts';
import { PrivateMount } from '../process/private-mount.ts';
import { ArchiveInstallation, password } from '../support/archives.ts';
import { accountWorker } from '../support/account-worker.ts';
import { run } from '../support/command.ts';
import { PrivateMariadb, type Login } from '../support/private-mariadb.ts';
import { PrivatePostgresql } from '../support/private-postgresql.ts';
import { FIRST_PLACE, isSoak, PLACES } from '../support/sixth.ts';

const worker = accountWorker();

const PAGE = 4096;
const FULL =
  /^whmapi1: “[^”]+” (?:failed: [^\n]+|could not be written)\. (?:The disk is full|The disk of “[^”]*\/root\/small\/bob\.partial(?:\/mysql|\/psql)?” is full)\. Free some space and retry the call\.(?: Nothing was changed\.)?\n$/;

let mariadb: PrivateMariadb;
let postgres: PrivatePostgresql;
let here: ArchiveInstallation;
let real: ArchiveInstallation['real'];
let uapi: ArchiveInstallation['asBob'];
let done: ArchiveInstallation['done'];
beforeAll(async () => {
  [mariadb, postgres] = await Promise.all([PrivateMariadb.start(), PrivatePostgresql.start()]);
  here = await ArchiveInstallation.on({ mariadb, postgres });
  ({ real, asBob: uapi, done } = here);
  await uapi('Mysql::create_database', { name: 'bob_shop' });
  await uapi('Mysql::create_user', { name: 'bob_app', password });
  await uapi('Mysql::set_privileges_on_database', {
    ...{ user: 'bob_app', database: 'bob_shop', privileges: 'SELECT,INSERT' },
  });
  mariadb.query('CREATE TABLE bob_shop.t (a INT PRIMARY KEY); INSERT INTO bob_shop.t VALUES (7)');
  await uapi('Postgresql::create_database', { name: 'bob_stock' });
  await uapi('Postgresql::create_user', { name: 'bob_pg', password });
  await uapi('Postgresql::grant_all_privileges', { user: 'bob_pg', database: 'bob_stock' });
  await postgres.as('bob_pg', password, 'bob_stock', 'CREATE TABLE t AS SELECT 7 AS a');
});
afterAll(async () => {
  here.remove();
  await Promise.all([mariadb.stop(), postgres.stop()]);
});

const text = (path: string) => readFileSync(real(path), 'utf8');

describe('--export-databases', () => {
  test('writes every database and user in the layout of a cpmove archive', async () => {
    await done('--export-databases', { user: 'bob', directory: '/root/bob' });

    const found = readdirSync(real('/root/bob'), { recursive: true, encoding: 'utf8' }).sort();
    expect(found).toEqual([
      ...['mysql', 'mysql.sql', 'mysql.sql-auth.json', 'mysql/bob_shop.create', 'mysql/bob_shop.sql'],
      ...['mysql_host_notes.json', 'psql', 'psql/bob_stock.tar', 'psql_grants.sql', 'psql_users.sql'],
    ]);
    const modes = found.map((name) => statSync(join(real('/root/bob'), name)).mode & 0o777);
    expect([...new Set(modes)].sort()).toEqual([0o600, 0o700]);
    expect(text('/root/bob/mysql/bob_shop.create')).toMatch(/^CREATE DATABASE .*`bob_shop`/m);
    expect(text('/root/bob/mysql/bob_shop.sql')).toMatch(/INSERT INTO `t` VALUES\s*\(7\);/);
    const hash = mariadb.query("SELECT PASSWORD('correct horse battery staple 7')")[0]?.[0] ?? '';
    expect(text('/root/bob/mysql.sql').split('\n').slice(1)).toEqual([
      `GRANT USAGE ON *.* TO 'bob_app'@'localhost' IDENTIFIED BY PASSWORD '${hash}';`,
      "GRANT INSERT, SELECT ON `bob\\_shop`.* TO 'bob_app'@'localhost';",
      '',
    ]);
    expect(JSON.parse(text('/root/bob/mysql.sql-auth.json'))).toEqual({
      bob_app: {
        localhost: { auth_plugin: 'mysql_native_password', pass_hash: Buffer.from(hash).toString('hex') },
      },
    });
    expect(text('/root/bob/psql_users.sql')).toMatch(
      /^CREATE ROLE "bob_pg" LOGIN PASSWORD 'SCRAM-SHA-256\$/m,
    );
    expect(text('/root/bob/psql_grants.sql')).toContain(
      'GRANT ALL PRIVILEGES ON DATABASE "bob_stock" TO "bob_pg";',
    );
  });

  test('that is killed between any two operations leaves a complete directory, or none', async () => {
    const complete = readdirSync(real('/root/bob'), { recursive: true, encoding: 'utf8' }).sort();
    const args = JSON.stringify({ user: 'bob', directory: '/root/killed' });
    let works = FIRST_PLACE;
    for (; ; works += PLACES) {
      const argv = [worker.path, here.state, `work ${works}`, '--export-databases', args];
      const { signal } = spawnSync(process.execPath, argv, { env: { ...process.env, ...here.environment } });
      if (signal !== 'SIGKILL') break;
      // The next call that changes something undoes it.
      await done('modifyacct', { user: 'eve', MAXFTP: '3' });
      const left = readdirSync(real('/root')).filter((name) => name.startsWith('killed'));
      expect([[], ['killed']]).toContainEqual(left);
      if (left.length === 0) continue;
      expect(readdirSync(real('/root/killed'), { recursive: true, encoding: 'utf8' }).sort()).toEqual(
        complete,
      );
      rmSync(real('/root/killed'), { recursive: true });
    }
    expect(works).toBeGreaterThan(8);
  });

  test('refuses a directory that is not empty', async () => {
    const { metadata } = await here.call('--export-databases', { user: 'bob', directory: '/root/bob' });
    expect(metadata.reason).toBe('“/root/bob” already exists and is not an empty directory.');
  });

  test('of a database whose name cannot be the name of a file leaves nothing', async () => {
    mariadb.query('CREATE DATABASE `bob_a b`');
    const { metadata } = await here.call('--export-databases', { user: 'bob', directory: '/root/odd' });
    expect(metadata.reason).toBe(
      'The database “bob_a b” cannot be exported, because its name cannot be the name of a file. Rename it first.',
    );
    expect(readdirSync(real('/root')).filter((name) => name.startsWith('odd'))).toEqual([]);
    mariadb.query('DROP DATABASE `bob_a b`');
  });

  test('on a disk without enough room says so, and leaves nothing, however much is left', async () => {
    // The second block of the dump is written when it is closed.
    mariadb.query(
      `CREATE TABLE bob_shop.wide (a INT COMMENT '${'x'.repeat(900)}'); INSERT INTO bob_shop.wide VALUES (1);`,
    );
    const folder = real('/root/small');
    mkdirSync(folder);
    const disk = await PrivateMount.at(folder, '1m');
    try {
      const options = { state: here.state, through: disk.through, env: here.environment };
      const said: string[] = [];
      for (let leave = 0; ; leave += PAGE) {
        expect(leave).toBeLessThan(32 * PAGE);
        disk.fill(leave);
        const { status, stderr } = await run(['--export-databases', 'bob', '/root/small/bob'], options);
        if (status === 0) break;
        said.push(stderr);
        expect(readdirSync(disk.path())).toEqual(['filler']);
      }
      const dump = readFileSync(disk.path('bob/mysql/bob_shop.sql'), 'utf8');
      expect(dump).toMatch(/\n-- Dump completed on [^\n]*\n$/);
      expect(said.filter((one) => !FULL.test(one))).toEqual([]);
      const tools = said.map((one) => /“(mariadb-dump|pg_dump)” failed/.exec(one)?.[1] ?? 'own');
      expect(new Set(tools)).toEqual(new Set(['mariadb-dump', 'pg_dump', 'own']));
    } finally {
      await disk.close();
      mariadb.query('DROP TABLE bob_shop.wide');
    }
  });
});

/** Everything that must survive, as MariaDB shows it. */
const facts = (database: string, login?: Login) =>
  [
    'CHECKSUM TABLE t, `odd ``%_ ü日`',
    'SELECT COUNT(*), SUM(LENGTH(b)), MD5(GROUP_CONCAT(HEX(b) ORDER BY a)) FROM t',
    'SELECT * FROM v',
    'SELECT f(3)',
    'CALL p()',
    'INSERT INTO t (a) VALUES (900)',
    'SELECT s FROM t WHERE a = 900',
    'DELETE FROM t WHERE a = 900',
  ].map((sql) => mariadb.query(`USE ${database}; ${sql}`, login));

describe('--import-databases', () => {
  const login = { user: 'bob_app', password };

  beforeAll(async () => {
    mariadb.query(`
      CREATE DATABASE bob_full CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
      GRANT ALL PRIVILEGES ON \`bob\\_full\`.* TO bob_app@localhost;
      USE bob_full;
      CREATE TABLE t (a INT PRIMARY KEY, b LONGBLOB, s VARCHAR(200) CHARACTER SET utf8mb4);
      CREATE TABLE \`odd \`\`%_ ü日\` (\`a;b'"\` TEXT, n INT UNIQUE, FOREIGN KEY (n) REFERENCES t (a));
      INSERT INTO t VALUES (1, UNHEX('00FF0A0D1A275C22'), 'it''s; -- \\\\ "x" /* DELIMITER // */ DEFINER=\`root\`@\`localhost\`'),
        (2, REPEAT(CHAR(0, 39, 92, 10), 5000), '😀 ü %_'), (3, NULL, NULL);
      INSERT INTO \`odd \`\`%_ ü日\` VALUES ('\\\\! id\nDELIMITER //\n', 1);
      CREATE DEFINER=bob_app@localhost VIEW v AS SELECT a, s FROM t WHERE a < 3;
      CREATE DEFINER=root@localhost VIEW w AS SELECT a FROM v;
      DELIMITER //
      CREATE DEFINER=bob_app@localhost TRIGGER g BEFORE INSERT ON t FOR EACH ROW
        BEGIN IF NEW.s IS NULL THEN SET NEW.s = 'by; trigger'; END IF; END //
      CREATE DEFINER=bob_app@localhost FUNCTION f(x INT) RETURNS INT DETERMINISTIC RETURN x * 2 //
      CREATE DEFINER=root@localhost PROCEDURE p() BEGIN -- isn't; a problem
        SELECT 'a;b' AS c, CURRENT_USER() AS u; END //
      CREATE DEFINER=bob_app@localhost EVENT e ON SCHEDULE EVERY 1 YEAR STARTS '2040-01-01' DO BEGIN DELETE FROM t WHERE a = -1; END //
    `);
  });

  test('brings back everything: data, views, triggers, routines, events, users, passwords and privileges', async () => {
    const before = facts('bob_full', login);
    await done('--export-databases', { user: 'bob', directory: '/root/round' });
    mariadb.query('DROP DATABASE bob_full; DROP DATABASE bob_shop; DROP USER bob_app@localhost');
    await uapi('Postgresql::delete_database', { name: 'bob_stock' });
    await uapi('Postgresql::delete_user', { name: 'bob_pg' });

    const said = await done('--import-databases', { user: 'bob', directory: '/root/round' });

    expect(said).toEqual([
      'The routine “p” had the definer “root@localhost”, who is not a user of the account. It has “bob_app” now.',
      'The view “w” had the definer “root@localhost”, who is not a user of the account. It has “bob_app” now.',
      'Imported for “bob”: 2 MariaDB databases and 1 users.',
      'Imported for “bob”: 1 PostgreSQL databases and 1 users.',
    ]);
    expect(await postgres.as('bob_pg', password, 'bob_stock', 'SELECT a FROM t')).toEqual([{ a: 7 }]);
    const after = facts('bob_full', login);
    // The procedure has another definer now.
    expect(before.flat(2)).toContain('root@localhost');
    expect(after).toEqual(
      before.map((rows) =>
        rows.map((row) => row.map((field) => (field === 'root@localhost' ? 'bob_app@localhost' : field))),
      ),
    );
    expect(
      mariadb.query(
        'SELECT DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = "bob_full"',
      ),
    ).toEqual([['utf8mb4_bin']]);
    expect(
      mariadb.query('SELECT DEFINER, STATUS FROM information_schema.EVENTS WHERE EVENT_SCHEMA = "bob_full"'),
    ).toEqual([['bob_app@localhost', 'ENABLED']]);
    expect(
      mariadb.query("SELECT Db, Select_priv, Drop_priv FROM mysql.db WHERE User = 'bob_app' ORDER BY Db"),
    ).toEqual([
      [String.raw`bob\\_full`, 'Y', 'Y'],
      [String.raw`bob\\_shop`, 'Y', 'N'],
    ]);
    expect(mariadb.query("SELECT User FROM mysql.global_priv WHERE User LIKE 'whmapi1%'")).toEqual([]);
  });

  test('keeps what exists, and says that it did not load the dump', async () => {
    mariadb.query('DROP DATABASE bob_shop; INSERT INTO bob_full.t (a) VALUES (700)');
    await uapi('Mysql::set_password', { user: 'bob_app', password: `${password} new` });

    expect(await done('--import-databases', { user: 'bob', directory: '/root/round' })).toEqual([
      'The database “bob_full” already exists, so it was kept, and its dump was not loaded. To load the dump, rename or ' +
        'remove the database, and then import again.',
      'The database “bob_stock” already exists, so it was kept, and its dump was not loaded. To load the dump, rename or ' +
        'remove the database, and then import again.',
      'The database user “bob_app” already exists. It keeps its password.',
      'Imported for “bob”: 1 MariaDB databases and 0 users.',
      'The database user “bob_pg” already exists. It keeps its password.',
      'Imported for “bob”: 0 PostgreSQL databases and 0 users.',
    ]);

    const changed = { user: 'bob_app', password: `${password} new` };
    expect(mariadb.query('SELECT a FROM bob_full.t WHERE a = 700', changed)).toEqual([['700']]);
    expect(mariadb.query('SELECT a FROM bob_shop.t', changed)).toEqual([['7']]);
    expect(mariadb.refusal('DROP TABLE bob_shop.t', changed)).toMatch(/DROP command denied/);
    mariadb.query('DELETE FROM bob_full.t WHERE a = 700');
    await uapi('Mysql::set_password', { user: 'bob_app', password });
  });

  test('refuses what belongs to another account, or to nobody, and changes nothing', async () => {
    const before = onServer();
    const other = await here.call('--import-databases', { user: 'eve', directory: '/root/round' });
    expect(other.metadata.reason).toBe(
      'The database “bob_full” belongs to the account “bob”. Nothing was changed.',
    );
    // bob has it by its prefix only.
    mariadb.query('CREATE DATABASE bob_hand; CREATE DATABASE stray');
    for (const [name, reason] of [
      ['bob_hand', 'There is already a database named “bob_hand”. Rename or remove it first.'],
      ['stray', 'There is already a database named “stray”. Rename or remove it first.'],
    ] as const) {
      const directory = archive('CREATE TABLE t (a INT);');
      writeFileSync(real(`/root/hostile/mysql/${name}.create`), `CREATE DATABASE \`${name}\`;\n`);
      writeFileSync(real(`/root/hostile/mysql/${name}.sql`), 'CREATE TABLE t (a INT);\n');
      expect(await here.refusal('eve', directory)).toBe(`${reason} Nothing was changed.`);
    }
    mariadb.query('DROP DATABASE bob_hand; DROP DATABASE stray');
    expect(onServer()).toEqual(before);
    expect(facts('bob_full', login)).toHaveLength(8);
  });

  /** The store as a backup has it, on a server that has lost its databases and their users. */
  async function restored(): Promise<void> {
    const file = join(here.directory, 'backup');
    await backUpStore(here.environment, file, { withKey: false, force: true });
    here.close();
    await restoreStore(here.environment, file, { force: true, dryRun: false });
    mariadb.query(
      'DROP DATABASE bob_full; DROP DATABASE bob_shop; DROP USER bob_app@localhost, bob_late@localhost',
    );
    await postgres.root('postgres', 'DROP DATABASE bob_stock');
    for (const role of ['bob_pg', 'bob_stock owner']) await postgres.root('postgres', `DROP ROLE "${role}"`);
    const rebuilding = new Rebuilding(here.environment);
    const problems: unknown[] = [];
    try {
      const found = await rebuilding.look(['bob']);
      await rebuilding.run(found, false, ({ problem, warnings }) => problems.push(problem, ...warnings));
    } finally {
      rebuilding.close();
    }
    expect(problems.filter((one) => one !== undefined)).toEqual([]);
  }

  test('after --rebuild loads the databases, and undoes nothing of what --rebuild did', async () => {
    const grants = () =>
      ['bob_app', 'bob_late'].map((user) => mariadb.query(`SHOW GRANTS FOR ${user}@localhost`).sort());
    mariadb.query("GRANT SELECT ON bob_full.t TO 'bob_app'@'localhost'");
    rmSync(real('/root/round'), { recursive: true });
    await done('--export-databases', { user: 'bob', directory: '/root/round' });
    // The archive does not have this user.
    await uapi('Mysql::create_user', { name: 'bob_late', password });
    await uapi('Mysql::set_privileges_on_database', {
      ...{ user: 'bob_late', database: 'bob_shop', privileges: 'SELECT' },
    });
    const before = [facts('bob_full', login), grants()];
    await restored();
    expect(mariadb.query('SHOW DATABASES').flat()).not.toContain('bob_full');
    const rebuilt = [onServer(), grants()];

    // Whenever it is killed, the users have what --rebuild gave them.
    const args = JSON.stringify({ user: 'bob', directory: '/root/round' });
    let works = FIRST_PLACE;
    for (; ; works += PLACES) {
      const argv = [worker.path, here.state, `work ${works}`, '--import-databases', args];
      const { signal } = spawnSync(process.execPath, argv, { env: { ...process.env, ...here.environment } });
      if (signal !== 'SIGKILL') break;
      await done('modifyacct', { user: 'eve', MAXFTP: '3' });
      if (mariadb.query('SHOW DATABASES').flat().includes('bob_full')) break;
      expect([onServer(), grants()]).toEqual(rebuilt);
    }
    expect(works).toBeGreaterThan(8);

    expect([facts('bob_full', login), grants()]).toEqual(before);
    expect(mariadb.query('SELECT a FROM bob_shop.t', { user: 'bob_late', password })).toEqual([['7']]);
    expect(await postgres.as('bob_pg', password, 'bob_stock', 'SELECT a FROM t')).toEqual([{ a: 7 }]);
    await uapi('Mysql::delete_user', { name: 'bob_late' });
    mariadb.query("REVOKE SELECT ON bob_full.t FROM 'bob_app'@'localhost'");
  });

  /** An archive with one database of eve. */
  function archive(dump: string, users = ''): string {
    const directory = real('/root/hostile');
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(join(directory, 'mysql'), { recursive: true });
    writeFileSync(join(directory, 'mysql/eve_db.create'), 'CREATE DATABASE `eve_db`;\nUSE `eve_db`;\n');
    writeFileSync(join(directory, 'mysql/eve_db.sql'), dump);
    writeFileSync(join(directory, 'mysql.sql'), users);
    return '/root/hostile';
  }

  const onServer = () => ({
    databases: mariadb.query('SHOW DATABASES'),
    users: mariadb.query('SELECT User, Host, Priv FROM mysql.global_priv ORDER BY 1, 2'),
    grants: mariadb.query('SELECT * FROM mysql.db ORDER BY User, Db'),
    settings: mariadb.query('SELECT @@GLOBAL.max_connections, @@GLOBAL.event_scheduler'),
    tables: mariadb.query("SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'bob_full'"),
  });

  test.each([
    ['a grant', "GRANT ALL ON *.* TO 'eve_db'@'localhost'"],
    ['a user', "CREATE USER 'eve_x'@'localhost' IDENTIFIED BY 'x'"],
    ['a file that is written', "SELECT 1 INTO OUTFILE '/tmp/whmapi1-outfile'"],
    ['a file that is read', "CREATE TABLE l (a TEXT); LOAD DATA INFILE '/etc/passwd' INTO TABLE l"],
    ['a file of the client', "CREATE TABLE l (a TEXT); LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE l"],
    ['another database by USE', 'USE mysql; DELETE FROM global_priv'],
    ['another database by name', 'DROP TABLE bob_full.t'],
    ['the database of another account', 'DROP DATABASE bob_full'],
    ['the tables of users', 'DELETE FROM mysql.global_priv'],
    ['a global setting', 'SET GLOBAL max_connections = 1'],
    ['a command of the client', '\\! touch /tmp/whmapi1-command\n'],
    ['another command of the client', 'system touch /tmp/whmapi1-command\n;'],
    [
      'a delimiter that hides a statement',
      'DELIMITER //\nSELECT 1; DROP DATABASE bob_full //\nDELIMITER ;\n',
    ],
    ['a comment that is executed', '/*!50003 DROP DATABASE bob_full */;'],
    ['a definer by another way', 'CREATE /* x */ DEFINER=root@localhost VIEW x AS SELECT 1;'],
    ['a dump that is cut off', "CREATE TABLE a (b TEXT); INSERT INTO a VALUES ('x"],
    ['a dump without its end', '-- MariaDB dump 10.19\nCREATE TABLE a (b TEXT);\n'],
  ])('refuses a dump with %s', async (_what, dump) => {
    const before = onServer();
    const { metadata } = await here.call('--import-databases', { user: 'eve', directory: archive(dump) });
    expect(metadata.reason).toMatch(
      /^Statement \d+.* of “\/root\/hostile\/mysql\/eve_db\.sql” was refused\. |is not complete/,
    );
    expect(onServer()).toEqual(before);
  });

  test('names a view that uses another database, even one of the same account', async () => {
    const before = onServer();
    const dump =
      'CREATE TABLE t (a INT);\n/*!50001 CREATE ALGORITHM=UNDEFINED */ /*!50013 DEFINER=`eve_a`@`localhost` SQL SECURITY DEFINER */ ' +
      '/*!50001 VIEW `both` AS select `t`.`a` AS `a` from (`t` join `eve_more`.`t` `u`) */;\n';
    const directory = archive(dump);
    writeFileSync(real('/root/hostile/mysql/eve_more.create'), 'CREATE DATABASE `eve_more`;\n');
    writeFileSync(real('/root/hostile/mysql/eve_more.sql'), 'CREATE TABLE t (a INT);\n');
    const { metadata } = await here.call('--import-databases', { user: 'eve', directory });
    expect(metadata.reason).toMatch(
      /^Statement 2 \(CREATE ALGORITHM\) of “\/root\/hostile\/mysql\/eve_db\.sql” was refused\. .* denied .*\. The view “both” uses another database, and a dump may use its own only\. Remove the view from the dump, and create it after the import\./,
    );
    expect(onServer()).toEqual(before);
  });

  test('gives root’s objects of a dump to a user of the account, or to nobody', async () => {
    const dump =
      'CREATE TABLE t (a INT); CREATE DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW `x` AS SELECT * FROM t;' +
      'DELIMITER ;;\nCREATE DEFINER=`root`@`localhost` PROCEDURE `q`() BEGIN DROP DATABASE bob_full; END ;;\n';
    const said = await done('--import-databases', { user: 'eve', directory: archive(dump) });
    expect(said.filter((one) => one.includes('so it cannot be used'))).toHaveLength(2);
    expect(mariadb.refusal('CALL eve_db.q()')).toMatch(/definer.*does not exist/);
    expect(
      mariadb.query(
        "SELECT COUNT(*) FROM information_schema.ROUTINES WHERE DEFINER = 'root@localhost' AND ROUTINE_SCHEMA = 'eve_db'",
      ),
    ).toEqual([['0']]);
    mariadb.query('DROP DATABASE eve_db');
  });

  test.each<readonly [string, string]>([
    [
      "GRANT ALL PRIVILEGES ON *.* TO 'eve_a'@'localhost';",
      'Line 1 of “/root/hostile/mysql.sql” is not one of',
    ],
    ['DROP USER root@localhost;', 'Line 1 of “/root/hostile/mysql.sql” is not one of'],
    [
      "GRANT USAGE ON *.* TO 'eve_a'@'localhost' IDENTIFIED BY PASSWORD '*0123456789012345678901234567890123456789' WITH GRANT OPTION;",
      'Line 1',
    ],
    [
      "GRANT USAGE ON *.* TO 'root'@'%' IDENTIFIED BY PASSWORD '*0123456789012345678901234567890123456789';",
      'The database user “root” cannot be imported.',
    ],
    [
      "GRANT USAGE ON *.* TO 'bob_app'@'localhost' IDENTIFIED BY PASSWORD '*0123456789012345678901234567890123456789';",
      'The database user “bob_app” belongs to the account “bob”.',
    ],
    [
      "GRANT USAGE ON *.* TO 'eve_a'@'localhost';",
      'The database user “eve_a” of the archive has no password.',
    ],
    [
      "GRANT USAGE ON *.* TO 'eve_a'@'localhost' IDENTIFIED BY PASSWORD '*0123456789012345678901234567890123456789';\nGRANT ALL PRIVILEGES ON `bob\\_full`.* TO 'eve_a'@'localhost';",
      'Line 2 of mysql.sql grants privileges on something else',
    ],
    [
      "GRANT USAGE ON *.* TO 'eve_a'@'localhost' IDENTIFIED BY PASSWORD '*0123456789012345678901234567890123456789';\nGRANT ALL PRIVILEGES ON `%`.* TO 'eve_a'@'localhost';",
      'Line 2 of mysql.sql grants privileges on something else',
    ],
    ...(
      [
        ['GRANT SELECT ON `bob_full`.`t` TO', 'Line 2 of mysql.sql grants privileges on something else'],
        ['GRANT SELECT ON `eve\\_db`.`t` TO', 'Line 2 of mysql.sql grants privileges on something else'],
        ['GRANT INSERT ON `mysql`.`global_priv` TO', 'Line 2 of mysql.sql grants privileges on something'],
        ['GRANT EXECUTE ON PROCEDURE `bob_full`.`p` TO', 'Line 2 of mysql.sql grants privileges on'],
        [
          'GRANT SUPER ON `eve_db`.`t` TO',
          'Line 2 of mysql.sql grants privileges that an account cannot have',
        ],
        ['GRANT EXECUTE ON `eve_db`.`t` TO', 'Line 2 of mysql.sql grants privileges that an account cannot'],
        [
          'GRANT DROP (`a`) ON `eve_db`.`t` TO',
          'Line 2 of mysql.sql grants privileges that an account cannot',
        ],
        ['GRANT SELECT (a) ON `eve_db`.`t` TO', 'Line 2 of “/root/hostile/mysql.sql” is not one of'],
        ['GRANT SELECT ON `eve_db`.`t` TO x@y; GRANT SELECT ON `a`.`b` TO', 'is not one of the three forms'],
        [
          "GRANT SELECT ON `eve_db`.`t` TO 'bob_app'@'localhost';\n-- ",
          'to “bob_app”, whom the archive does',
        ],
      ] as const
    ).map(([grant, reason]): [string, string] => [
      `GRANT USAGE ON *.* TO 'eve_a'@'localhost' IDENTIFIED BY PASSWORD '*0123456789012345678901234567890123456789';\n${grant} 'eve_a'@'localhost';`,
      reason,
    ]),
    [
      "GRANT USAGE ON *.* TO 'eve_a'@'localhost' IDENTIFIED BY PASSWORD '*0123456789012345678901234567890123456789';\nGRANT SELECT, FILE ON `eve\\_db`.* TO 'eve_a'@'localhost';",
      'Line 2 of mysql.sql grants privileges that an account cannot have: FILE.',
    ],
  ])('refuses the users %j', async (users, reason) => {
    const before = onServer();
    const directory = archive('CREATE TABLE t (a INT);', users);
    const { metadata } = await here.call('--import-databases', { user: 'eve', directory });
    expect(metadata.reason).toContain(reason);
    expect(onServer()).toEqual(before);
  });

  test('brings back privileges on tables, columns and routines, and names what an archive cannot have', async () => {
    const eve = async (name: string, args: Readonly<Record<string, string>>) =>
      expect(await here.uapi('eve', name, args)).toMatchObject({ status: 1 });
    await eve('Mysql::create_database', { name: 'eve_ledger' });
    await eve('Mysql::create_user', { name: 'eve_clerk', password });
    mariadb.query(`
      USE eve_ledger;
      CREATE TABLE t (a INT, \`b \`\`,)ü'\` INT, c INT);
      CREATE TABLE gone (a INT);
      CREATE VIEW v AS SELECT a FROM t;
      CREATE FUNCTION f() RETURNS INT RETURN 7;
      CREATE PROCEDURE p() SELECT 8;
      GRANT SHOW VIEW ON \`eve\\_ledger\`.* TO eve_clerk@localhost;
      GRANT SELECT (a, \`b \`\`,)ü'\`), UPDATE (c), DELETE, DELETE HISTORY ON t TO eve_clerk@localhost;
      GRANT SELECT, INSERT ON v TO eve_clerk@localhost;
      GRANT SELECT ON gone TO eve_clerk@localhost;
      GRANT EXECUTE ON FUNCTION f TO eve_clerk@localhost;
      GRANT EXECUTE, ALTER ROUTINE ON PROCEDURE p TO eve_clerk@localhost;
      CREATE ROLE eve_role;
      GRANT INSERT ON t TO eve_role;
      GRANT eve_role TO eve_clerk@localhost;
    `);
    const held = () =>
      [
        'SELECT Host, Db, Table_name, Table_priv, Column_priv FROM mysql.tables_priv',
        'SELECT Host, Db, Table_name, Column_name, Column_priv FROM mysql.columns_priv',
        'SELECT Host, Db, Routine_name, Routine_type, Proc_priv FROM mysql.procs_priv',
      ].map((sql) => mariadb.query(`${sql} WHERE User = 'eve_clerk' ORDER BY 1, 2, 3, 4`));
    mariadb.query('DROP TABLE eve_ledger.gone');
    const before = held();
    expect(before.map((rows) => rows.length)).toEqual([3, 3, 2]);

    const exported = await done('--export-databases', { user: 'eve', directory: '/root/ledger' });
    expect(exported.slice(0, 2)).toEqual([
      'The role “eve_role” of “eve_clerk” was not exported, because an archive has no roles.',
      'The privileges of the role “eve_role” on “eve_ledger” were not exported, because an archive has no roles.',
    ]);
    mariadb.query('DROP DATABASE eve_ledger; DROP ROLE eve_role; DROP USER eve_clerk@localhost');
    expect(held()).toEqual([[], [], []]);
    const imported = await done('--import-databases', { user: 'eve', directory: '/root/ledger' });

    expect(imported).toContain(
      'Privileges of “eve_clerk” on “gone” of “eve_ledger” were left out, because it, or a column that they name, does ' +
        'not exist.',
    );
    expect(held()).toEqual(before.map((rows) => rows.filter((row) => !row.includes('gone'))));
    const login = { user: 'eve_clerk', password };
    expect(mariadb.query('SELECT eve_ledger.f(); CALL eve_ledger.p()', login)).toEqual([['7'], ['8']]);
    expect(mariadb.refusal('SELECT c FROM eve_ledger.t', login)).toMatch(/SELECT command denied/);
    mariadb.query('DROP DATABASE eve_ledger; DROP USER eve_clerk@localhost');
  });

  test('leaves out the right to pass privileges on, which no account has, and so does an export', async () => {
    mariadb.query(`
      CREATE DATABASE eve_rights; CREATE TABLE eve_rights.t (a INT);
      CREATE USER eve_boss@localhost IDENTIFIED BY '${password}';
      GRANT SELECT ON \`eve\\_rights\`.* TO eve_boss@localhost WITH GRANT OPTION;
      GRANT INSERT ON eve_rights.t TO eve_boss@localhost WITH GRANT OPTION;
    `);
    const left = (how: string) =>
      ['', '“t” of '].map(
        (object) =>
          `The right of “eve_boss” to pass on its privileges on ${object}“eve_rights” (GRANT OPTION) was ${how}, because ` +
          'users of accounts do not have it.',
      );
    const exported = await done('--export-databases', { user: 'eve', directory: '/root/rights' });
    expect(exported.slice(0, 2)).toEqual(left('not exported'));
    const grants = text('/root/rights/mysql.sql');
    expect(grants).not.toContain('GRANT OPTION');
    mariadb.query('DROP DATABASE eve_rights; DROP USER eve_boss@localhost');

    // As other servers write it.
    const others = grants.replaceAll(/(ON `.*);/g, '$1 WITH GRANT OPTION;');
    expect(others.match(/WITH GRANT OPTION/g)).toHaveLength(2);
    writeFileSync(real('/root/rights/mysql.sql'), others);
    expect(await done('--import-databases', { user: 'eve', directory: '/root/rights' })).toEqual(
      expect.arrayContaining(left('left out')),
    );
    expect(mariadb.query("SELECT Select_priv, Grant_priv FROM mysql.db WHERE User = 'eve_boss'")).toEqual([
      ['Y', 'N'],
    ]);
    expect(mariadb.query("SELECT Table_priv FROM mysql.tables_priv WHERE User = 'eve_boss'")).toEqual([
      ['Insert'],
    ]);
    mariadb.query('DROP DATABASE eve_rights; DROP USER eve_boss@localhost');
  });

  test('refuses more databases than the package allows', async () => {
    await done('modifyacct', { user: 'eve', MAXSQL: '0' });
    const directory = archive('CREATE TABLE t (a INT);');
    const { metadata } = await here.call('--import-databases', { user: 'eve', directory });
    expect(metadata.error_code).toBe('limit_reached');
    await done('modifyacct', { user: 'eve', MAXSQL: 'unlimited' });
  });

  test('is undone if the process is killed between any two operations', async () => {
    const before = onServer();
    const users =
      "GRANT USAGE ON *.* TO 'eve_a'@'localhost' IDENTIFIED BY PASSWORD '*0123456789012345678901234567890123456789';\nGRANT ALL PRIVILEGES ON `eve\\_db`.* TO 'eve_a'@'localhost';\n" +
      "GRANT SELECT ON `eve_db`.`v` TO 'eve_a'@'localhost';\nGRANT INSERT (`a`) ON `eve_db`.`t` TO 'eve_a'@'localhost';";
    const directory = archive('CREATE TABLE t (a INT); CREATE VIEW v AS SELECT * FROM t;', users);
    const args = JSON.stringify({ user: 'eve', directory });
    const onObjects = () =>
      mariadb.query("SELECT Table_name FROM mysql.tables_priv WHERE User = 'eve_a' ORDER BY 1").flat();
    /** The kinds of steps during which it was killed, with what the user had then. */
    const during = new Set<string>();
    const isKilled = async (works: number): Promise<boolean> => {
      const argv = [worker.path, here.state, `work ${works}`, '--import-databases', args];
      const { signal } = spawnSync(process.execPath, argv, { env: { ...process.env, ...here.environment } });
      if (signal === 'SIGKILL') during.add([begunStep(here.state), ...onObjects()].join(' '));
      // The next call undoes it, or the outcome was stored.
      await done('listaccts', {});
      await done('modifyacct', { user: 'eve', MAXFTP: '3' });
      const found = onServer();
      if (found.databases.flat().includes('eve_db')) {
        expect(onObjects()).toEqual(['t', 'v']);
        mariadb.query('DROP DATABASE eve_db; DROP USER eve_a@localhost');
      } else expect([found, onObjects()]).toEqual([before, []]);
      return signal === 'SIGKILL';
    };
    let works = FIRST_PLACE;
    while (await isKilled(works)) works += PLACES;
    expect(works).toBeGreaterThan(8);
    // The last step gives privileges on tables and views: each of its operations.
    if (isSoak)
      expect([...during]).toEqual(
        expect.arrayContaining(['mysql/grant-objects v', 'mysql/grant-objects t v']),
      );
  });
});

/** The step that the journal of a state directory has as begun last. */
function begunStep(state: string): string {
  const store = new Database(join(state, 'store.db'), { readOnly: true });
  try {
    const kind = store
      .prepare("SELECT kind FROM operation_step WHERE state = 'begun' ORDER BY operation, position DESC")
      .value();
    return typeof kind === 'string' ? kind : '';
  } finally {
    store.close();
  }
}
