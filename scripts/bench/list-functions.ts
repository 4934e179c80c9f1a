// Every function that returns a list without required arguments, on an installation with few accounts and on one with
// many: what grows faster than its list is a fault. And the longest of them against JSON.stringify. Processor time, so
// that other work does not count.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyFunction } from '../../src/core/define.ts';
import { index } from '../../src/functions/index.generated.ts';
import { loadFunction } from '../../src/functions/load.ts';
import { Database } from '../../src/store/database.ts';
import { prepareAccounts } from './accounts.ts';
import { callOnce, compareWithStringify, HEADINGS, type Taken } from './list-call.ts';
import type { Environment } from './measure.ts';

interface Spent extends Taken {
  readonly records: number;
}

const FEW = 100;
const MANY = 100_000;

/** A function, and its arguments. */
type Line = readonly [name: string, ...args: string[]];

/** What reads a row of each account, but not without arguments, or not for a list. */
const others: readonly Line[] = [
  ['listaccts', 'search=^user'],
  ['showbw', 'search=^user'],
  ['get_disk_usage'],
  ['php_get_vhosts_by_version', 'version=inherit'],
  ['php_get_impacted_domains', 'system_default=1'],
  ['get_fpm_count_and_utilization'],
];

/** The lists that JSON.stringify is compared with, besides those of `served-lists.ts`. */
const longest: readonly Line[] = [
  ['get_disk_usage'],
  ['showbw'],
  ['showbw', 'search=^user'],
  ['listcrts'],
  ['fetch_ssl_vhosts'],
  ['fetch_vhost_ssl_components'],
  ['get_domain_info'],
  ['listzones'],
];

/** The functions that return a list, or a map, without arguments, and read the store. */
async function listFunctions(): Promise<AnyFunction[]> {
  const loaded = await Promise.all(Object.keys(index).map((name) => loadFunction(name)));
  return loaded.filter(
    (fn): fn is AnyFunction =>
      fn?.effect === 'reads' &&
      (fn.list !== undefined || fn.returns?.map !== undefined) &&
      fn.oneOf === undefined &&
      Object.values(fn.params).every(({ required }) => required !== true),
  );
}

export async function compareListFunctions(
  program: string,
  work: string,
  environment: Environment,
): Promise<void> {
  const own = join(work, 'lists');
  mkdirSync(own);
  const states = [FEW, MANY].map((count) => {
    const state = prepareAccounts(program, own, environment, count);
    addWebsites(program, state, environment);
    return state;
  });
  const measured = (line: Line) =>
    Promise.all(
      states.map((state) => spent(program, line, { ...environment, WHMAPI1_STATE_DIR: state }, work)),
    );
  console.log(`\nLists of ${FEW} and of ${MANY} accounts, processor time\n`);
  console.log('| call | records | ms | records | ms | µs for each record more | peak MiB |');
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  const lines = (await listFunctions()).map(({ name }): Line => [name]);
  for (const line of [...lines, ...others]) {
    const [few, many] = await measured(line);
    if (few === undefined || many === undefined) continue;
    const more = many.records - few.records;
    const each = more > 0 ? ((1000 * (many.processor - few.processor)) / more).toFixed(1) : '';
    const cells = [few, many].flatMap(({ records, processor }) => [records, processor.toFixed(0)]);
    console.log(`| ${[line.join(' '), ...cells, each, many.mebibytes.toFixed(0)].join(' | ')} |`);
  }
  const many = { ...environment, WHMAPI1_STATE_DIR: states[1] };
  console.log(`\nLists of ${MANY} accounts as JSON, against JSON.stringify of the same records\n`);
  console.log(`| call | ${HEADINGS} |`);
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const line of longest) {
    const { cells } = compareWithStringify(program, { words: line }, many, { folder: work, rounds: 5 });
    console.log(`| ${[line.join(' '), ...cells].join(' | ')} |`);
  }
}

/**
 * Gives each account what lists are of: a zone, a subdomain, an alias, and a certificate, which is a copy of that of a
 * new account. Every tenth is suspended, and every tenth is a reseller.
 */
function addWebsites(program: string, state: string, environment: Environment): void {
  const { status } = spawnSync(
    process.execPath,
    [program, 'createacct', 'username=model', 'domain=model.example'],
    { env: { ...environment, WHMAPI1_STATE_DIR: state }, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  if (status !== 0) throw new Error(`createacct ended with ${status}.`);
  const database = new Database(join(state, 'store.db'));
  const copy = (table: string, given: Readonly<Record<string, string>>) => {
    const columns = database.prepare(`SELECT name FROM pragma_table_info('${table}')`).values() as string[];
    database.exec(
      `INSERT INTO ${table} (${columns.join(', ')})
       SELECT ${columns.map((name) => given[name] ?? `model.${name}`).join(', ')}
       FROM account, ${table} AS model WHERE model.username = 'model' AND account.username <> 'model'`,
    );
  };
  const username = 'account.username';
  const ofDomain = (column: string, domain = 'account.domain', model = 'model.example') =>
    `replace(model.${column}, '${model}', ${domain})`;
  const id = (column: string) => ofDomain(column, `replace(account.domain, '.', '_')`, 'model_example');
  const domains = database.prepare(`SELECT domain FROM account WHERE username <> 'model'`).values();
  for (const file of ['etc/bind/whmapi1/zones/*.conf', 'var/lib/bind/whmapi1/*.db']) {
    const place = join(state, 'root', file);
    const text = readFileSync(place.replace('*', 'model.example'), 'utf8');
    for (const domain of domains as string[])
      writeFileSync(place.replace('*', domain), text.replaceAll('model.example', domain));
  }
  database.exec('BEGIN');
  copy('certificate', { username, id: id('id'), facts: ofDomain('facts') });
  copy('certificate_key', { username });
  copy('installed_certificate', {
    username,
    servername: 'account.domain',
    certificate_id: id('certificate_id'),
  });
  copy('php_virtual_host', { username, servername: 'account.domain' });
  database.exec(
    `INSERT INTO dns_zone SELECT '', domain, username FROM account;
     INSERT INTO hosted_domain SELECT 'shop.' || domain, username, 'sub', NULL, 'public_html/shop' FROM account;
     INSERT INTO hosted_domain SELECT 'alias.' || domain, username, 'parked', domain, NULL FROM account;
     UPDATE account SET suspended_at = created_at WHERE uid % 10 = 0;
     INSERT INTO reseller (username) SELECT username FROM account WHERE uid % 10 = 1;
     COMMIT`,
  );
  database.close();
}

/** One call. `folder` is for a file of its own. */
async function spent(program: string, line: Line, environment: Environment, folder: string): Promise<Spent> {
  const { text, ...rest } = callOnce(program, line, environment, { folder });
  const { data } = JSON.parse(text) as { data: Record<string, unknown> };
  const fn = await loadFunction(line[0]);
  const isMap = fn?.list === undefined && fn?.returns?.map !== undefined;
  const list = fn?.list ?? Object.keys(data).find((name) => Array.isArray(data[name])) ?? '';
  return { ...rest, records: Object.keys((isMap ? data : data[list]) ?? {}).length };
}
