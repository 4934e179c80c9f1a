// The virtual hosts of accounts with the PHP that serves them.
import type { Caller, Db, KeptReading, SqlValue } from '../../../core/context.ts';
import { badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import { PUBLIC_FOLDER } from '../../domains/rules/document-root.ts';
import { getDomain } from '../../domains/rules/hosted-domains.ts';
import { virtualHostsOf, virtualHostsOfEach, type VirtualHost } from '../../domains/rules/virtual-hosts.ts';
import type { Condition } from '../../../ground/rules/list-in-sql.ts';
import { recordsInOrder, type RecordOfRow, type Rows } from '../../../ground/rules/long-list.ts';
import { poolsIn, type Pool, type Pools } from './pools.ts';
import {
  parametersForAll,
  readState,
  readStates,
  resolve,
  type Chosen,
  type PhpState,
  type ServedBy,
} from './served-by.ts';
import { readServer, type HostPhp, type PoolParameters } from './settings.ts';
import { ALL_POOLS, readFpmSettings } from './stored-fpm-settings.ts';

export interface AccountPhp {
  readonly account: accounts.Account;
  readonly state: PhpState;
  readonly hosts: readonly VirtualHost[];
}

export interface HostOfAccount extends AccountPhp {
  readonly host: VirtualHost;
  readonly servedBy: ServedBy;
}

/** What lists of virtual hosts show. */
export interface ListedHost {
  readonly account: Pick<accounts.Account, 'username' | 'owner' | 'home' | 'suspendedAt'>;
  readonly host: Pick<VirtualHost, 'servername' | 'type' | 'documentRoot'>;
  readonly servedBy: Chosen;
}

/** The virtual hosts of the accounts that the caller may see. */
export interface HostList {
  readonly visible: Condition;
  /** What is set for the server. */
  readonly server: PhpState['server'];
  readonly forAll: PoolParameters;
}

interface Site {
  readonly servername: string;
  /** Below the home. Null for the main domain. */
  readonly folder: string | null;
}

/** What is stored for a virtual host. `version` is its own, or that of `decidedBy`: of the nearest around it. */
type SiteRow = ListedHost['account'] &
  Site &
  Pick<HostPhp, 'version'> &
  PoolParameters & { readonly decidedBy: string | null; readonly usesFpm: number | null };

/** @param newest see `readState`. */
export async function readAccount(
  db: Db,
  account: accounts.Account,
  newest: string | undefined,
): Promise<AccountPhp> {
  return {
    account,
    state: await readState(db, account.username, newest),
    hosts: await virtualHostsOf(db, account),
  };
}

/** All accounts of this server that the caller may see. */
export async function readAccounts(
  db: Db,
  caller: Caller,
  newest: string | undefined,
): Promise<AccountPhp[]> {
  return readEach(db, await accounts.list(db, caller), newest);
}

async function readEach(
  db: Db,
  list: readonly accounts.Account[],
  newest: string | undefined,
): Promise<AccountPhp[]> {
  const stateOf = await readStates(
    db,
    list.map(({ username }) => username),
    newest,
  );
  const hosts = await virtualHostsOfEach(db, list);
  return list.map((account) => ({
    account,
    state: stateOf(account.username),
    hosts: hosts.get(account.username) ?? [],
  }));
}

/** The version of virtual hosts that set none. Null if this server has none. @param newest see `readState`. */
export async function defaultVersion(db: Db, newest: string | undefined): Promise<string | null> {
  return (await readServer(db)).defaultVersion ?? newest ?? null;
}

/** @param newest see `readState`. */
export async function prepareList(db: Db, caller: Caller, newest: string | undefined): Promise<HostList> {
  const server = await readServer(db);
  return {
    visible: accounts.visibleTo(db, caller),
    server: { ...server, defaultVersion: server.defaultVersion ?? newest ?? null },
    forAll: parametersForAll(await readFpmSettings(db, ALL_POOLS)),
  };
}

export async function countHosts(db: Db, { visible: { where, values } }: HostList): Promise<number> {
  const row = await db.get<{ count: number }>(
    `SELECT (SELECT count(*) FROM account WHERE ${where}) + (SELECT count(*) FROM hosted_domain
       WHERE document_root IS NOT NULL AND username IN (SELECT username FROM account WHERE ${where})) AS count`,
    ...[...values, ...values],
  );
  return row?.count ?? 0;
}

/** How many there are, and how many of them use PHP-FPM. */
export async function countFpmHosts(db: Db, list: HostList): Promise<{ hosts: number; withFpm: number }> {
  const { sql, values } = sitesSql(list);
  const row = await db.get<{ hosts: number; decided: number; withFpm: number }>(
    `SELECT count(*) AS hosts, count("usesFpm") AS decided, coalesce(sum("usesFpm"), 0) AS "withFpm"
     FROM (${sql}) AS site`,
    ...values,
  );
  const { hosts, decided, withFpm } = row ?? { hosts: 0, decided: 0, withFpm: 0 };
  return { hosts, withFpm: withFpm + (list.server.isFpmDefault ? hosts - decided : 0) };
}

/** Lists the virtual hosts, sorted by name. */
export async function listHosts(db: Db, list: HostList): Promise<ListedHost[]> {
  const { sql, values } = sitesSql(list);
  const rows = await db.all<SiteRow>(sql, ...values);
  return rows.map((row) => listedHost(list, row));
}

/** The names of those that fit a condition on the columns of `SiteRow`, sorted. */
export async function namesOfHosts(db: Db, list: HostList, condition: Condition): Promise<string[]> {
  const { sql, values } = sitesSql(list);
  const rows = await db.all<Pick<SiteRow, 'servername'>>(
    `SELECT servername FROM (${sql}) AS site WHERE ${condition.where} ORDER BY servername`,
    ...[...values, ...condition.values],
  );
  return rows.map(({ servername }) => servername);
}

/** The same list as records, read in batches. `record` makes one from the columns of `SiteRow`. */
export function recordsOfHosts(list: HostList, reading: KeptReading, record: RecordOfRow): Generator<string> {
  const rows = sitesSql(list);
  // Many domains that are not in the list can lie before the next one of a table. No batch begins to look among them
  // again: the first name of each table that is not read yet is known. Null: there is none left.
  const first = new Map<SiteTable, string | null>(SITE_TABLES.map((table) => [table, '']));
  const firstOf = (table: SiteTable, last: string) => {
    const known = first.get(table) ?? null;
    if (known === null || known > last) return known;
    const next = reading.get(nextSiteSql(list, table), ...list.visible.values, last) as
      { domain: string } | undefined;
    first.set(table, next?.domain ?? null);
    return next?.domain ?? null;
  };
  const valuesAfter = (last = '') =>
    SITE_TABLES.flatMap((table) => [...list.visible.values, firstOf(table, last)]);
  return recordsInOrder(reading, { ...rows, valuesAfter }, 'servername', record);
}

interface Sites extends Omit<Rows<SiteRow, string>, 'valuesAfter'> {
  /** For the whole list. */
  readonly values: readonly SqlValue[];
}

/** Where the names of virtual hosts are. A hosted domain without a document root is an alias. */
const SITE_TABLES = ['account', 'hosted_domain'] as const;
type SiteTable = (typeof SITE_TABLES)[number];

/** Reads the table in the order of its names. */
function sitesIn(table: SiteTable, { visible }: HostList): string {
  return `${table} AS site CROSS JOIN (SELECT * FROM account WHERE ${visible.where}) AS own`;
}

const isSite = (table: SiteTable) =>
  `own.username = site.username${table === 'hosted_domain' ? ' AND site.document_root IS NOT NULL' : ''}`;

/** Selects the first name behind another one. */
function nextSiteSql(list: HostList, table: SiteTable): string {
  return `SELECT site.domain AS domain FROM ${sitesIn(table, list)}
    WHERE ${isSite(table)} AND site.domain > ? ORDER BY site.domain LIMIT 1`;
}

/**
 * SQL of a column of the nearest virtual host that sets a version and whose folder contains this one, as `chosenFor`
 * finds it. NULL if there is none. `account` is the table with the account’s columns.
 */
function hostAround(column: 'servername' | 'version', folder: string, account: string): string {
  const below = (path: string) => `COALESCE(${path}, '${PUBLIC_FOLDER}')`;
  return `(SELECT one.${column} FROM php_virtual_host AS one
    LEFT JOIN hosted_domain AS other ON other.domain = one.servername AND other.username = one.username
    WHERE one.username = ${account}.username AND one.version IS NOT NULL
      AND (one.servername = ${account}.domain OR other.document_root IS NOT NULL)
      AND substr(${below(folder)}, 1, length(${below('other.document_root')}) + 1)
        = ${below('other.document_root')} || '/'
    ORDER BY length(${below('other.document_root')}) DESC, other.domain IS NOT NULL, one.servername LIMIT 1)`;
}

/** SQL of the PHP version of a domain in `DOMAINS_OF_ACCOUNTS`. @param initial where no virtual host sets one. */
export function versionOfDomain(initial: string): string {
  return `COALESCE((SELECT php.version FROM php_virtual_host AS php
      WHERE php.servername = account.host AND php.username = account.username),
    ${hostAround('version', 'account.folder', 'account')}, '${initial.replaceAll("'", "''")}')`;
}

/** The domains of accounts and the hosted domains, each from a name on, are merged in the order of their indexes. */
function sitesSql(list: HostList): Sites {
  const from = (table: SiteTable, folder: string) => {
    const around = (column: 'servername' | 'version') => hostAround(column, folder, 'own');
    return `SELECT site.domain AS servername, ${folder} AS folder, own.username, own.owner, own.home,
       own.suspended_at AS "suspendedAt", COALESCE(php.version, ${around('version')}) AS version,
       CASE WHEN php.version IS NULL THEN ${around('servername')} ELSE site.domain END AS "decidedBy",
       php.uses_fpm AS "usesFpm", php.max_children AS "maxChildren", php.max_requests AS "maxRequests",
       php.idle_timeout AS "idleTimeout"
     FROM ${sitesIn(table, list)}
     LEFT JOIN php_virtual_host AS php ON php.servername = site.domain AND php.username = own.username
     WHERE ${isSite(table)} AND site.domain >= ?`;
  };
  return {
    columns: [
      ...(['servername', 'folder', 'username', 'owner', 'home', 'suspendedAt'] as const),
      ...(['version', 'decidedBy', 'usesFpm', 'maxChildren', 'maxRequests', 'idleTimeout'] as const),
    ],
    sql: `${from('account', 'CAST(NULL AS TEXT)')}
      UNION ALL ${from('hosted_domain', 'site.document_root')}
      ORDER BY servername`,
    values: SITE_TABLES.flatMap(() => [...list.visible.values, '']),
  };
}

function listedHost({ server, forAll }: HostList, row: SiteRow): ListedHost {
  const { servername, folder, home, version, decidedBy, usesFpm } = row;
  return {
    account: row,
    host: {
      servername,
      type: folder === null ? 'main' : 'sub',
      documentRoot: `${home}/${folder ?? PUBLIC_FOLDER}`,
    },
    servedBy: {
      version: version ?? server.defaultVersion ?? undefined,
      decidedBy: decidedBy ?? undefined,
      usesFpm: usesFpm === null ? server.isFpmDefault : usesFpm === 1,
      parameters: {
        maxChildren: row.maxChildren ?? forAll.maxChildren,
        maxRequests: row.maxRequests ?? forAll.maxRequests,
        idleTimeout: row.idleTimeout ?? forAll.idleTimeout,
      },
    },
  };
}

/** The pools of all accounts of this server, by release of PHP. */
export async function listPools(
  db: Db,
): Promise<ReadonlyMap<string, readonly { username: string; pools: readonly Pool[] }[]>> {
  const found = new Map<string, { username: string; pools: readonly Pool[] }[]>();
  for (const { account, state, hosts } of await readEach(db, await accounts.listAll(db), undefined)) {
    for (const [release, pools] of poolsIn(state, account, hosts)) {
      const others = found.get(release) ?? [];
      found.set(release, others);
      others.push({ username: account.username, pools });
    }
  }
  return found;
}

/** The pools of an account of this server. None: there is none of this name. */
export async function findPools(db: Db, username: string): Promise<Pools> {
  const account = await accounts.find(db, username);
  if (account?.server !== db.server) return new Map();
  const { state, hosts } = await readAccount(db, account, undefined);
  return poolsIn(state, account, hosts);
}

/** Their virtual hosts, sorted by name. */
export function hostsOf(list: readonly AccountPhp[]): HostOfAccount[] {
  return list
    .flatMap((account) => {
      const served = resolve(account.state, account.hosts);
      return account.hosts.flatMap((host) => {
        const servedBy = served.get(host.servername);
        return servedBy === undefined ? [] : [{ ...account, host, servedBy }];
      });
    })
    .sort((a, b) => (a.host.servername < b.host.servername ? -1 : 1));
}

/**
 * The account that has a virtual host.
 * @throws ApiError `not_found` for an unknown domain, `bad_param` for an alias.
 */
export async function getOwner(
  db: Db,
  caller: Caller,
  param: string,
  name: string,
): Promise<accounts.Account> {
  const found = await getDomain(db, caller, name);
  if (found.servername === name) return found.account;
  throw badParam(
    `The parameter “${param}” should be a virtual host. The domain ${quote(name)} is an alias of “${found.servername}”.`,
  );
}
