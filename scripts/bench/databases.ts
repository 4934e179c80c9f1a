// Databases on a MariaDB of this run's own: the names of 10,000 databases against the same SQL by MariaDB's own client,
// and calls that create databases, users and privileges against the same SQL by the same driver, and once by the client.
// On a PostgreSQL of this run's own: the names of 10,000 databases against the same SQL by psql.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { MysqlServer } from '../../src/machine/databases/mysql.ts';
import { PostgresqlServer } from '../../src/machine/databases/postgresql.ts';
import { PrivateMariadb } from '../../tests/support/private-mariadb.ts';
import { PrivatePostgresql } from '../../tests/support/private-postgresql.ts';
import { serveMariadb } from '../../tests/support/served-mariadb.ts';
import { servePostgresql } from '../../tests/support/served-postgresql.ts';
import { makeToken, median, startServer, stop, time, type Environment } from './measure.ts';

const DATABASES = 10_000;
const ACCOUNTS = 10;
const MAX_RUNS = 30;
const WARM_UP = 10;
/** As Debian sets them, so that the statements alone also wait for the disk. */
const DURABLE = ['--innodb-flush-log-at-trx-commit=1', '--innodb-flush-method=fsync'];
const NAMES = `SELECT SCHEMA_NAME FROM information_schema.SCHEMATA
  WHERE SCHEMA_NAME NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys') ORDER BY SCHEMA_NAME`;
const POSTGRESQL_NAMES = `SELECT datname FROM pg_database
  WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY datname`;
const FILL_CATALOGUE = `INSERT INTO pg_database SELECT (r).* FROM (
  SELECT jsonb_populate_record(d, jsonb_build_object('oid', 300000 + n, 'datname', format('bench%s_n%s', n % ${ACCOUNTS}, n),
    'datistemplate', false)) AS r FROM pg_database d, generate_series(1, ${DATABASES}) n WHERE datname = 'template0') filled`;

export async function compareDatabases(
  top: string,
  work: string,
  given: Environment,
  runs: number,
): Promise<void> {
  if (spawnSync('mariadbd', ['--version']).error !== undefined) {
    console.log(
      '\nDatabases are not measured: mariadbd is not installed (Debian: apt install mariadb-server).',
    );
  } else {
    const state = join(work, 'databases');
    const environment = { ...given, WHMAPI1_STATE_DIR: state, WHMAPI1_SANDBOX: '1' };
    const mariadb = await PrivateMariadb.start({ options: DURABLE });
    try {
      await withServer(
        top,
        environment,
        () => serveMariadb(state, mariadb),
        async (ask) => {
          const shell = (words: readonly string[]) => time([join(top, 'bin/uapi'), ...words], environment);
          const bench = { mariadb, ask, shell, runs: Math.min(runs, MAX_RUNS) };
          await compareCreated(bench);
          await compareNames(bench);
        },
      );
    } finally {
      await mariadb.stop();
    }
  }
  await comparePostgresql(top, join(work, 'postgresql'), given, Math.min(runs, MAX_RUNS));
}

const users = Array.from({ length: ACCOUNTS }, (_, at) => `bench${at}`);

/** @param serve says where the database server of the state directory is. */
async function withServer(
  top: string,
  environment: Environment,
  serve: () => void,
  work: (ask: Ask) => Promise<void>,
): Promise<void> {
  const program = join(top, 'bin/whmapi1');
  for (const user of users) {
    time([program, 'createacct', `username=${user}`, `domain=${user}.example`], environment);
  }
  serve();
  const token = makeToken(top, environment);
  const daemon = await startServer(
    [join(top, 'bin/whmapi1d'), '--port=0', '--http-port=0', '--log-level=silent'],
    environment,
  );
  try {
    await work(async (name, parameters) => {
      const response = await fetch(`${daemon.urls.http}/json-api/${name}`, {
        method: 'POST',
        headers: { authorization: `whm root:${token}` },
        body: new URLSearchParams({ 'api.version': '1', ...parameters }),
      });
      const answer = (await response.json()) as Answer;
      if (answer.metadata.result !== 1) throw new Error(answer.metadata.reason);
      return answer;
    });
  } finally {
    await stop(daemon.child);
  }
}

/** The databases are rows of the catalogue only: 10,000 real ones would take 75 GB. */
async function comparePostgresql(
  top: string,
  state: string,
  given: Environment,
  runs: number,
): Promise<void> {
  if (spawnSync('psql', ['--version']).error !== undefined) {
    console.log('\nPostgreSQL is not measured: it is not installed (Debian: apt install postgresql).');
    return;
  }
  const postgres = await PrivatePostgresql.start('allow_system_table_mods=on');
  try {
    await postgres.root('postgres', FILL_CATALOGUE, 'ANALYZE pg_database');
    const server = new PostgresqlServer({ socket: postgres.socket });
    const words = ['-XAtq', '-h', postgres.server.folder, '-p', String(postgres.server.port), '-U', 'root'];
    await withServer(
      top,
      { ...given, WHMAPI1_STATE_DIR: state, WHMAPI1_SANDBOX: '1' },
      () => servePostgresql(state, postgres),
      (ask) =>
        compare(`The names of ${DATABASES} databases on PostgreSQL`, runs, {
          'psql, the statement alone': () => {
            const { stdout } = spawnSync('psql', [...words, '-c', POSTGRESQL_NAMES, 'postgres'], {
              encoding: 'utf8',
              maxBuffer: 2 ** 26,
            });
            assertMany(stdout.trim().split('\n').length);
          },
          'the statement by the same driver, with a connection': async () => {
            assertMany((await server.use((connection) => connection.query(POSTGRESQL_NAMES))).length);
          },
          'list_databases, server': async () => {
            assertMany(((await ask('list_databases', {})).data.payload as unknown[]).length);
          },
        }),
    );
  } finally {
    await postgres.stop();
  }
}

interface Answer {
  readonly metadata: { readonly result: number; readonly reason: string };
  readonly data: Readonly<Record<string, unknown>>;
}

type Ask = (name: string, parameters: Readonly<Record<string, string>>) => Promise<Answer>;

interface Bench {
  readonly mariadb: PrivateMariadb;
  readonly ask: Ask;
  /** The command `uapi`. */
  readonly shell: (words: readonly string[]) => unknown;
  readonly runs: number;
}

/** Each function against its statements, which the same driver sends over one connection of its own. */
async function compareCreated({ mariadb, ask, shell, runs }: Bench): Promise<void> {
  const server = new MysqlServer({ socket: mariadb.socket });
  const alone =
    (...statements: readonly ((name: string) => string)[]) =>
    (run: number) =>
      server.use(async (connection) => {
        for (const statement of statements) await connection.query(statement(`alone_${run}`));
      });
  const uapi = (name: string, parametersOf: (run: number) => Readonly<Record<string, string>>) =>
    async function call(run: number) {
      const words = { 'cpanel.user': 'bench0', 'cpanel.module': 'Mysql', 'cpanel.function': name };
      const { data } = await ask('uapi_cpanel', { ...words, ...parametersOf(run) });
      const { status, errors } = (data as { uapi: { status: number; errors: unknown } }).uapi;
      if (status !== 1) throw new Error(JSON.stringify(errors));
    };
  const password = 'correct horse battery staple 7';
  const create = (name: string) => `CREATE DATABASE ${name}`;
  const createUser = (name: string) => `CREATE USER ${name}@localhost IDENTIFIED BY '${password}'`;
  const grant = (name: string) =>
    `GRANT ALL PRIVILEGES ON \`${name.replaceAll('_', '\\_')}\`.* TO ${name}@localhost`;
  await compare('A new database', runs, {
    'the statement over an open connection': alone(create),
    'Mysql::create_database, server': uapi('create_database', (run) => ({ name: `bench0_${run}` })),
  });
  await compare('A new user', runs, {
    'the statement over an open connection': alone(createUser),
    'Mysql::create_user, server': uapi('create_user', (run) => ({ name: `bench0_${run}`, password })),
  });
  await compare('All privileges on a database', runs, {
    'the statement over an open connection': alone(grant),
    'Mysql::set_privileges_on_database, server': uapi('set_privileges_on_database', (run) => ({
      ...{ user: `bench0_${run}`, database: `bench0_${run}`, privileges: 'ALL PRIVILEGES' },
    })),
  });
  mariadb.query(
    Array.from({ length: runs + WARM_UP }, (_, run) =>
      [`DROP DATABASE alone_${run};`, `DROP USER alone_${run}@localhost;`].join(''),
    ).join(''),
  );
  const byClient = (prefix: string) => (run: number) =>
    mariadb.query([create, createUser, grant].map((sql) => `${sql(`${prefix}_${run}`)};`).join(''));
  await compare('A new database with a user and all privileges', runs, {
    'the statements by MariaDB’s own client': byClient('client'),
    'the statements over an open connection': alone(create, createUser, grant),
    'Mysql::setup_db_and_user, server': uapi('setup_db_and_user', () => ({})),
  });
  await compare('The same from the shell', runs, {
    'the statements by MariaDB’s own client': byClient('shell'),
    'uapi Mysql setup_db_and_user': () => shell(['--user=bench0', 'Mysql', 'setup_db_and_user']),
  });
}

async function compareNames({ mariadb, ask, runs }: Bench): Promise<void> {
  const names = Array.from({ length: DATABASES }, (_, at) => `${users[at % users.length]}_n${at}`);
  mariadb.query(names.map((name) => `CREATE DATABASE ${name};`).join('\n'));
  await compare(`The names of ${DATABASES} databases`, runs, {
    'mariadb, the statement alone': () => {
      assertMany(mariadb.query(NAMES).length);
    },
    'list_databases, server': async () => {
      const { data } = await ask('list_databases', {});
      assertMany((data.payload as unknown[]).length);
    },
  });
}

function assertMany(count: number): void {
  if (count < DATABASES) throw new Error(`Only ${count} databases are listed.`);
}

/**
 * The first way is what the others are compared with. The bar is for the running server, compared with the database
 * server's own client (src/capabilities/databases/README.md).
 */
async function compare(
  title: string,
  runs: number,
  ways: Readonly<Record<string, (run: number) => unknown>>,
): Promise<void> {
  const times = new Map(Object.keys(ways).map((way) => [way, [] as number[]]));
  for (let run = 0; run < runs + WARM_UP; run++) {
    for (const [way, act] of Object.entries(ways)) {
      const began = performance.now();
      await act(run);
      if (run >= WARM_UP) times.get(way)?.push(performance.now() - began);
    }
  }
  const [first = ''] = times.keys();
  const floor = median(times.get(first) ?? []);
  const hasBar = !first.endsWith('open connection');
  console.log(`\n${title}\n\n| way | median ms | ratio | to reach |\n| --- | --- | --- | --- |`);
  for (const [way, several] of times) {
    const middle = median(several);
    const reach = hasBar && way.endsWith('server') ? '1.5' : '';
    console.log(`| ${way} | ${middle.toFixed(1)} | ${(middle / floor).toFixed(2)} | ${reach} |`);
  }
}
