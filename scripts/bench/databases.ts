// Databases on a MariaDB of this run's own: the names of 10,000 databases, and a new database with a user and privileges,
// each against the same SQL by MariaDB's own client.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { PrivateMariadb } from '../../tests/support/private-mariadb.ts';
import { serveMariadb } from '../../tests/support/served-mariadb.ts';
import { makeToken, median, startServer, time, type Environment } from './measure.ts';

const DATABASES = 10_000;
const ACCOUNTS = 10;
const MAX_RUNS = 30;
const WARM_UP = 10;
/** As Debian sets them, so that the statements alone also wait for the disk. */
const DURABLE = ['--innodb-flush-log-at-trx-commit=1', '--innodb-flush-method=fsync'];
const NAMES = `SELECT SCHEMA_NAME FROM information_schema.SCHEMATA
  WHERE SCHEMA_NAME NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys') ORDER BY SCHEMA_NAME`;

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
    return;
  }
  const state = join(work, 'databases');
  const environment = { ...given, WHMAPI1_STATE_DIR: state, WHMAPI1_SANDBOX: '1' };
  const program = join(top, 'bin/whmapi1');
  const users = Array.from({ length: ACCOUNTS }, (_, at) => `bench${at}`);
  for (const user of users) {
    time([program, 'createacct', `username=${user}`, `domain=${user}.example`], environment);
  }
  const mariadb = await PrivateMariadb.start({ options: DURABLE });
  try {
    serveMariadb(state, mariadb);
    const token = makeToken(top, environment);
    const daemon = await startServer(
      [join(top, 'bin/whmapi1d'), '--port=0', '--http-port=0', '--log-level=silent'],
      environment,
    );
    const ask = async (name: string, parameters: Readonly<Record<string, string>>) => {
      const response = await fetch(`${daemon.urls.http}/json-api/${name}`, {
        method: 'POST',
        headers: { authorization: `whm root:${token}` },
        body: new URLSearchParams({ 'api.version': '1', ...parameters }),
      });
      const answer = (await response.json()) as Answer;
      if (answer.metadata.result !== 1) throw new Error(answer.metadata.reason);
      return answer;
    };
    const bench = { mariadb, ask, runs: Math.min(runs, MAX_RUNS) };
    try {
      await compareCreated(bench);
      await compareNames(bench, users);
    } finally {
      daemon.child.kill();
    }
  } finally {
    await mariadb.stop();
  }
}

interface Answer {
  readonly metadata: { readonly result: number; readonly reason: string };
  readonly data: Readonly<Record<string, unknown>>;
}

interface Bench {
  readonly mariadb: PrivateMariadb;
  readonly ask: (name: string, parameters: Readonly<Record<string, string>>) => Promise<Answer>;
  readonly runs: number;
}

async function compareCreated({ mariadb, ask, runs }: Bench): Promise<void> {
  const uapi = {
    'cpanel.user': 'bench0',
    'cpanel.module': 'Mysql',
    'cpanel.function': 'setup_db_and_user',
  };
  await compare(`A new database with a user and all privileges`, runs, {
    'mariadb, the statements alone': (run) => {
      mariadb.query(`CREATE DATABASE alone_${run};
        CREATE USER alone_${run}@localhost IDENTIFIED BY 'correct horse battery staple ${run}';
        GRANT ALL PRIVILEGES ON \`alone\\_${run}\`.* TO alone_${run}@localhost;`);
    },
    'Mysql::setup_db_and_user, server': async () => {
      const { data } = await ask('uapi_cpanel', uapi);
      const { status, errors } = (data as { uapi: { status: number; errors: unknown } }).uapi;
      if (status !== 1) throw new Error(JSON.stringify(errors));
    },
  });
}

async function compareNames({ mariadb, ask, runs }: Bench, users: readonly string[]): Promise<void> {
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

/** The first way is what the others are compared with. The bar is for the running server. */
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
  const floor = median([...times.values()][0] ?? []);
  console.log(`\n${title}\n\n| way | median ms | ratio | to reach |\n| --- | --- | --- | --- |`);
  for (const [way, several] of times) {
    const middle = median(several);
    const reach = way.endsWith('server') ? '1.5' : '';
    console.log(`| ${way} | ${middle.toFixed(1)} | ${(middle / floor).toFixed(2)} | ${reach} |`);
  }
}
