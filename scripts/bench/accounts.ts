// Calls on an installation with 100,000 accounts against the same calls on one with few.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '../../src/store/database.ts';
import { median, peak, time, type Environment } from './measure.ts';

interface Pair {
  readonly name: string;
  readonly argv: readonly string[] | ((run: number) => readonly string[]);
  /** How many accounts there are for the one, and for the other. */
  readonly few: number;
  readonly reach: number;
}

const MANY = 100_000;
const page = [
  ...['api.sort.enable=1', 'api.sort.a.field=domain'],
  ...['api.chunk.enable=1', 'api.chunk.size=50', 'api.chunk.start=1'],
];
/** A name whose first eight characters no other new account has. */
const fresh = (run: number) => `b${String(run).padStart(4, '0')}new`;
const pairs: readonly Pair[] = [
  { name: 'accountsummary of one', argv: ['accountsummary', 'user=user000042'], few: 100, reach: 1.3 },
  { name: 'a page of 50 by domain', argv: ['listaccts', ...page], few: 1000, reach: 3 },
  {
    name: 'such a page, and how many there are',
    argv: ['listaccts', ...page, 'api.chunk.verbose=1'],
    few: 1000,
    reach: 3,
  },
  {
    name: 'createacct in a sandbox',
    argv: (run) => ['createacct', `username=${fresh(run)}`, `domain=${fresh(run)}.example`],
    few: 100,
    reach: 1.5,
  },
];

export function compareAccounts(program: string, work: string, environment: Environment, runs: number): void {
  const states = new Map(
    [100, 1000, MANY].map((count) => [count, prepareAccounts(program, work, environment, count)]),
  );
  const inState = (count: number) => ({ ...environment, WHMAPI1_STATE_DIR: states.get(count) });
  console.log('\nAccounts\n');
  console.log('| call | among | median ms | ratio | to reach |\n| --- | --- | --- | --- | --- |');
  for (const { name, argv, few, reach } of pairs) {
    const times = [few, MANY].map((count) => ({ count, took: [] as number[] }));
    for (let run = -3; run < runs; run++) {
      for (const { count, took } of times) {
        const words = typeof argv === 'function' ? argv(run + 3) : argv;
        const one = time([program, '--output=json', ...words], inState(count));
        if (run >= 0) took.push(one);
      }
    }
    const floor = median(times[0]?.took ?? []);
    for (const { count, took } of times) {
      const ratio = (median(took) / floor).toFixed(2);
      console.log(
        `| ${name} | ${count} | ${median(took).toFixed(1)} | ${ratio} | ${count === few ? '' : reach} |`,
      );
    }
  }
  compareLists(program, inState(MANY));
  console.log('\nAll accounts as JSON\n');
  console.log('| accounts | seconds | peak MiB | above that of 1,000 |\n| --- | --- | --- | --- |');
  const argv = [program, '--output=json', 'listaccts'];
  let floor = NaN;
  for (const count of [1000, MANY]) {
    const several = Array.from({ length: 3 }, () => ({
      milliseconds: time(argv, inState(count)),
      mebibytes: peak(argv, inState(count), work),
    }));
    const seconds = median(several.map(({ milliseconds }) => milliseconds)) / 1000;
    const most = median(several.map(({ mebibytes }) => mebibytes));
    if (count === 1000) floor = most;
    console.log(`| ${count} | ${seconds.toFixed(2)} | ${most.toFixed(0)} | ${(most - floor).toFixed(0)} |`);
  }
}

/** What lists a line for each account, against listaccts, which lists the most. */
function compareLists(program: string, environment: Environment): void {
  const commands = ['listaccts', 'twofactorauth_get_user_configs', 'list_users'];
  const times = commands.map((command) => ({ command, took: [] as number[] }));
  for (let run = -1; run < 5; run++) {
    for (const { command, took } of times) {
      const one = time([program, '--output=json', command], environment);
      if (run >= 0) took.push(one);
    }
  }
  console.log(
    `\nLists of ${MANY} users\n\n| call | median ms | of listaccts | to reach |\n| --- | --- | --- | --- |`,
  );
  const whole = median(times[0]?.took ?? []);
  for (const { command, took } of times) {
    const reach = command === 'twofactorauth_get_user_configs' ? 'below 1' : '';
    console.log(
      `| ${command} | ${median(took).toFixed(0)} | ${(median(took) / whole).toFixed(2)} | ${reach} |`,
    );
  }
}

/** The state directory of an installation with 100,000 accounts. */
export function manyAccounts(program: string, work: string, environment: Environment): string {
  return prepareAccounts(program, work, environment, MANY);
}

/**
 * A state directory with so many accounts in it, all of them users of its sandbox and with traffic today. The one that is
 * asked for has a home.
 */
export function prepareAccounts(
  program: string,
  work: string,
  environment: Environment,
  count: number,
): string {
  const state = join(work, `accounts-${count}`);
  if (existsSync(state)) return state;
  // Makes the database and the key that encrypts secrets.
  const input = JSON.stringify({
    template: { primary_account: { secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' } },
  });
  spawnSync(process.execPath, [program, '--input=json', 'twofactorauth_set_tfa_config_for_user'], {
    env: { ...environment, WHMAPI1_STATE_DIR: state },
    input,
  });
  const database = new Database(join(state, 'store.db'));
  const given: Readonly<Record<string, string>> = {
    username: `printf('user%06d', n)`,
    // In another order than the usernames.
    domain: `printf('%06x.example', n * 7919 % 1000003)`,
    owner: `'root'`,
    package: `'default'`,
    ip: `'192.0.2.1'`,
    uid: '10000 + n',
    home: `printf('/home/user%06d', n)`,
    shell_path: `'/usr/sbin/nologin'`,
    mailbox_format: `'maildir'`,
    created_at: '1790000000000 + n * 1000',
    blocks_used: 'n * 100',
    inodes_used: 'n',
    disk_limit: '10240',
    feature_list: `'default'`,
    theme: `'jupiter'`,
  };
  const columns = database.prepare('PRAGMA table_info(account)').all() as {
    name: string;
    type: string;
    notnull: 0 | 1;
  }[];
  const values = columns.map(
    ({ name, type, notnull }) => given[name] ?? (notnull === 0 ? 'NULL' : type === 'TEXT' ? `''` : '0'),
  );
  database.exec(
    `INSERT INTO account (${columns.map(({ name }) => name).join(', ')})
     WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})
     SELECT ${values.join(', ')} FROM numbers`,
  );
  // A list of who is enrolled opens no secret.
  database.exec(
    `INSERT INTO tfa_secret (username, kind, name, sealed, created_at)
     SELECT username, 'primary_account', '', (SELECT sealed FROM tfa_secret LIMIT 1), created_at FROM account`,
  );
  const today = new Date();
  database
    .prepare(
      `INSERT INTO bandwidth (server, username, removed_at, day, domain, protocol, bytes)
       SELECT '', username, 0, ?, domain, 'http', uid FROM account`,
    )
    .run((today.getFullYear() * 100 + today.getMonth() + 1) * 100 + today.getDate());
  database.close();
  makeUsers(state, count);
  return state;
}

function makeUsers(state: string, count: number): void {
  const etc = join(state, 'root/etc');
  mkdirSync(etc, { recursive: true, mode: 0o700 });
  const numbers = Array.from({ length: count }, (_, at) => at + 1);
  const named = (row: (name: string, id: number) => string) =>
    numbers.map((at) => `${row(`user${String(at).padStart(6, '0')}`, 10_000 + at)}\n`).join('');
  writeFileSync(
    join(etc, 'passwd'),
    named((name, id) => `${name}:x:${id}:${id}::/home/${name}:/usr/sbin/nologin`),
  );
  writeFileSync(
    join(etc, 'shadow'),
    named((name) => `${name}:!:20000:0:99999:7:::`),
    { mode: 0o600 },
  );
  writeFileSync(
    join(etc, 'group'),
    named((name, id) => `${name}:x:${id}:`),
  );
  const home = join(state, 'root/home/user000042');
  mkdirSync(home, { recursive: true });
  for (let at = 0; at < 20; at++) writeFileSync(join(home, `page${at}.html`), 'x'.repeat(1000));
}
