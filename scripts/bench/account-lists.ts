// Every function of UAPI and API 2 that reads and needs no argument, and lists that need one, in an account with few
// items of each kind and in one with many: what grows faster than its list is a fault. Processor time, so that other
// work does not count.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AccountApi } from '../../src/core/context.ts';
import { Database } from '../../src/store/database.ts';
import { loadAccountFunction } from '../../src/uapi/load.ts';
import { accountLoaders } from '../../src/uapi/loaders.generated.ts';
import { callOnce, type Taken } from './list-call.ts';
import { median, type Environment } from './measure.ts';

const FEW = 100;
const MANY = 3_000;
const ROUNDS = 1;
const DOMAIN = 'bob.example';
const FOLDER = 'public_html/many';
const programs = { uapi: 'uapi', api2: 'cpapi2' } as const satisfies Record<AccountApi, string>;

interface Line {
  readonly api: AccountApi;
  readonly name: string;
  readonly args: readonly string[];
}

/** Lists that need an argument. */
const others: readonly Line[] = [
  { api: 'uapi', name: 'DNS::parse_zone', args: [`zone=${DOMAIN}`] },
  { api: 'uapi', name: 'Fileman::list_files', args: [`dir=${FOLDER}`] },
  { api: 'uapi', name: 'Fileman::list_files', args: [`dir=${FOLDER}`, 'include_mime=1'] },
  { api: 'api2', name: 'Fileman::listfiles', args: [`dir=${FOLDER}`] },
  { api: 'api2', name: 'ZoneEdit::fetchzone', args: [`domain=${DOMAIN}`] },
  { api: 'api2', name: 'ZoneEdit::fetchzone_records', args: [`domain=${DOMAIN}`] },
];

async function linesOf(api: AccountApi): Promise<Line[]> {
  const names = Object.keys(accountLoaders[api]);
  const loaded = await Promise.all(names.map((name) => loadAccountFunction(api, name)));
  return loaded.flatMap((fn) =>
    fn?.effect === 'reads' &&
    fn.oneOf === undefined &&
    Object.values(fn.params).every(({ required }) => required !== true)
      ? [{ api, name: fn.name, args: [] }]
      : [],
  );
}

/** @param top the folder with the programs. */
export async function compareAccountLists(
  top: string,
  work: string,
  environment: Environment,
): Promise<void> {
  const states = [FEW, MANY].map((count) => {
    const state = join(work, `account-lists-${count}`);
    addItems(top, state, environment, count);
    return state;
  });
  console.log(`\nLists of an account with ${FEW} items of each kind and with ${MANY}, processor time\n`);
  console.log('| call | KB | ms | KB | ms | µs for each item more | peak MiB |');
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const line of [...(await linesOf('uapi')), ...(await linesOf('api2')), ...others]) {
    const [few, many] = states.map((state) => {
      const own = { ...environment, WHMAPI1_STATE_DIR: state };
      return Array.from({ length: ROUNDS }, () => callInAccount(top, line, own, work));
    });
    if (few === undefined || many === undefined) continue;
    const processor = (calls: typeof few) => median(calls.map((one) => one.processor));
    const each = (1000 * (processor(many) - processor(few))) / (MANY - FEW);
    const cells = [few, many].flatMap((calls) => [
      ((calls[0]?.bytes ?? 0) / 1000).toFixed(0),
      processor(calls).toFixed(0),
    ]);
    const peak = median(many.map(({ mebibytes }) => mebibytes)).toFixed(0);
    const call = [`${programs[line.api]} ${line.name}`, ...line.args].join(' ');
    console.log(`| ${[call, ...cells, each.toFixed(1), peak].join(' | ')} |`);
  }
}

/**
 * A new installation with the account bob, which has so many domains of each kind, certificates with keys, tokens,
 * records in its zone, and files in a folder.
 */
function addItems(top: string, state: string, environment: Environment, count: number): void {
  const { status } = spawnSync(
    process.execPath,
    [join(top, 'bin/whmapi1'), 'createacct', 'username=bob', `domain=${DOMAIN}`],
    { env: { ...environment, WHMAPI1_STATE_DIR: state }, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  if (status !== 0) throw new Error(`createacct ended with ${status}.`);
  const database = new Database(join(state, 'store.db'));
  const copy = (table: string, given: Readonly<Record<string, string>>) => {
    const columns = database.prepare(`SELECT name FROM pragma_table_info('${table}')`).values() as string[];
    database.exec(
      `INSERT INTO ${table} (${columns.join(', ')})
       SELECT ${columns.map((name) => given[name] ?? `model.${name}`).join(', ')}
       FROM number, (SELECT * FROM ${table} WHERE username = 'bob' LIMIT 1) AS model`,
    );
  };
  const id = `'copy_' || n || '_' || model.id`;
  database.exec(
    `CREATE TEMP TABLE number AS WITH RECURSIVE numbers (n) AS
       (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count}) SELECT n FROM numbers`,
  );
  copy('certificate', { id });
  copy('certificate_key', { id });
  database.exec(
    `INSERT INTO hosted_domain SELECT 'sub' || n || '.${DOMAIN}', 'bob', 'sub', NULL, 'public_html/' || n FROM number;
     INSERT INTO hosted_domain SELECT 'alias' || n || '.example', 'bob', 'parked', '${DOMAIN}', NULL FROM number;
     INSERT INTO hosted_domain
       SELECT 'addon' || n || '.example', 'bob', 'addon', 'sub' || n || '.${DOMAIN}', NULL FROM number;
     INSERT INTO account_token SELECT 'bob', 'token' || n, randomblob(32), 0, 1790000000000 + n, NULL FROM number`,
  );
  database.close();
  const zone = join(state, `root/var/lib/bind/whmapi1/${DOMAIN}.db`);
  const records = Array.from({ length: count }, (_, at) => `host${at}\t14400\tIN\tA\t192.0.2.${at % 250}\n`);
  writeFileSync(zone, readFileSync(zone, 'utf8') + records.join(''));
  const [home = ''] = readdirSync(join(state, 'root/home')).filter((name) => name === 'bob');
  const folder = join(state, 'root/home', home, FOLDER);
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(folder);
  for (let at = 0; at < count; at++) writeFileSync(join(folder, `file${at}.html`), '');
}

/** One call. `folder` is for a file of its own. */
function callInAccount(
  top: string,
  { api, name, args }: Line,
  environment: Environment,
  folder: string,
): Taken & { readonly bytes: number } {
  const [module = '', fn = ''] = name.split('::');
  const words = ['--user=bob', module, fn, ...args];
  const { text, ...taken } = callOnce(join(top, 'bin', programs[api]), words, environment, {
    ...{ folder, mayFail: true },
  });
  // A refusal would be a short list.
  if (!/"status":1|"event":\{"result":1\}/.test(text) || text.slice(0, 300).includes('"reason":'))
    console.error(`${name}: ${text.slice(0, 200)}`);
  return { ...taken, bytes: text.length };
}
