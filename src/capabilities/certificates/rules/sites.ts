// The virtual hosts with certificates, for the functions that list them.
import type { Caller, Db, KeptReading, SqlValue } from '../../../core/context.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import { formatIp } from '../../addresses/rules/ip.ts';
import { fromHex } from '../../addresses/rules/ipv6-ranges.ts';
import { PUBLIC_FOLDER } from '../../domains/rules/document-root.ts';
import { aliasesSql, type Alias } from '../../domains/rules/hosted-domains.ts';
import {
  hostAmong,
  readNeighbours,
  type Neighbours,
  type VirtualHost,
} from '../../domains/rules/virtual-hosts.ts';
import * as longLists from '../../../ground/rules/long-list.ts';
import type { CertificateFacts } from './facts.ts';

/** What lists show of a virtual host with a certificate. */
export interface ListedSite {
  readonly account: Pick<accounts.Account, 'username' | 'ip'> & {
    readonly hasDedicatedIp: boolean;
    /** Empty if it has none. */
    readonly ipv6: string;
  };
  readonly host: VirtualHost;
  /** True if clients without SNI get its certificate, because it is the first on a dedicated address. */
  readonly isPrimary: boolean;
  readonly certificate: {
    readonly id: string;
    readonly facts: CertificateFacts;
    /** Milliseconds since 1970-01-01. */
    readonly createdAt: number;
  };
}

export interface Site extends ListedSite {
  readonly certificate: ListedSite['certificate'] & {
    /** PEM, as the next one, which can be empty. */
    readonly pem: string;
    readonly chain: string;
  };
}

interface Row {
  readonly servername: string;
  /** Below the home. Null for the main domain. */
  readonly folder: string | null;
  readonly username: string;
  readonly home: string;
  readonly isReseller: 0 | 1;
  readonly ip: string;
  readonly dedicatedIp: 0 | 1;
  readonly ipv6: string | null;
  /** The virtual host that is primary on the dedicated address. */
  readonly primary: string | null;
  readonly id: string;
  readonly facts: string;
  readonly createdAt: number;
}

type WholeRow = Row & Pick<Site['certificate'], 'pem' | 'chain'>;

/** The tables of virtual hosts with certificates, and which of their rows the caller sees. */
export interface SiteTables {
  readonly from: string;
  readonly where: string;
  readonly values: readonly SqlValue[];
}

/**
 * @param isInOrder whether rows are read in the order of users and servernames, from some of them on. SQLite keeps the
 * order of tables of a CROSS JOIN, so it sorts nothing then. Otherwise, it can begin with the accounts of the caller.
 */
export function siteTables(db: Db, caller: Caller, isInOrder: boolean): SiteTables {
  const join = isInOrder ? 'CROSS JOIN' : 'JOIN';
  const { where, values } = accounts.visibleTo(db, caller);
  return {
    from: `installed_certificate AS installed
      ${join} (SELECT * FROM account WHERE ${where}) AS own ON own.username = installed.username
      ${join} certificate ON certificate.username = installed.username AND certificate.id = installed.certificate_id`,
    where: `(own.domain = installed.servername OR EXISTS (SELECT 1 FROM hosted_domain
      WHERE hosted_domain.domain = installed.servername AND hosted_domain.username = own.username
        AND document_root IS NOT NULL))`,
    values,
  };
}

export const SITE_ORDER = 'installed.username, installed.servername';

export async function areMany(db: Db, caller: Caller): Promise<boolean> {
  const { from, where, values } = siteTables(db, caller, false);
  return longLists.areMany(db, { sql: `SELECT 1 FROM ${from} WHERE ${where}`, values });
}

/** Without a choice, the first virtual host with a certificate answers. Its value is the server. */
const PRIMARY = `CASE WHEN own.dedicated_ip = 1 THEN COALESCE(
  (SELECT chosen.servername FROM primary_virtual_host AS chosen
     JOIN installed_certificate AS its ON its.servername = chosen.servername AND its.username = own.username
     WHERE chosen.server = ? AND chosen.address = own.ip AND chosen.type = 'ssl' AND chosen.username = own.username),
  (SELECT its.servername FROM installed_certificate AS its
     WHERE its.servername = own.domain AND its.username = own.username),
  (SELECT its.servername FROM installed_certificate AS its
     JOIN hosted_domain ON hosted_domain.domain = its.servername AND hosted_domain.username = its.username
     WHERE its.username = own.username AND document_root IS NOT NULL ORDER BY its.servername LIMIT 1)) END`;

const SELECTED = `installed.servername, own.username, own.home, own.ip,
  CASE WHEN EXISTS (SELECT 1 FROM reseller WHERE reseller.username = own.username) THEN 1 ELSE 0 END AS "isReseller",
  own.dedicated_ip AS "dedicatedIp",
  CASE WHEN own.domain <> installed.servername THEN
    (SELECT document_root FROM hosted_domain WHERE hosted_domain.domain = installed.servername) END AS folder,
  ${PRIMARY} AS "primary",
  (SELECT address FROM ipv6_assignment WHERE ipv6_assignment.username = own.username) AS ipv6,
  certificate.id, certificate.facts, certificate.created_at AS "createdAt"`;

/** Lists the virtual hosts with certificates of the accounts that the caller sees, by account and servername. */
export async function listSites(db: Db, caller: Caller): Promise<Site[]> {
  const { from, where, values } = siteTables(db, caller, false);
  const rows = await db.all<WholeRow>(
    `SELECT ${SELECTED}, certificate.pem, installed.chain FROM ${from} WHERE ${where} ORDER BY ${SITE_ORDER}`,
    ...[db.server, ...values],
  );
  if (rows.length === 0) return [];
  const served = byHost(await db.all<AliasRow>(aliasesSql(db.dialect), usersIn(rows)));
  const neighbours = await readNeighbours(db);
  return rows.map((row) => {
    const site = siteOf(row, served, neighbours);
    return { ...site, certificate: { ...site.certificate, pem: row.pem, chain: row.chain } };
  });
}

/** Prepares to read the same list in batches, with two queries for each. */
export async function siteBatches(
  db: Db,
  caller: Caller,
): Promise<(reading: KeptReading) => Generator<ListedSite[]>> {
  const neighbours = await readNeighbours(db);
  const ofUsers = aliasesSql(db.dialect);
  return function* (reading) {
    for (const rows of rowsInBatches<Row>(reading, db, caller, SELECTED, [db.server])) {
      const served = byHost(reading.all(ofUsers, usersIn(rows)) as AliasRow[]);
      yield rows.map((row) => siteOf(row, served, neighbours));
    }
  };
}

/**
 * Reads rows of virtual hosts with certificates, by user and servername.
 * @param selected columns, with `username` and `servername`.
 * @param values those of `selected`.
 * @param also further tables.
 */
export function* rowsInBatches<R extends { readonly username: string; readonly servername: string }>(
  reading: KeptReading,
  db: Db,
  caller: Caller,
  selected: string,
  values: readonly SqlValue[] = [],
  also = '',
): Generator<R[]> {
  const tables = siteTables(db, caller, true);
  const sql = `SELECT ${selected} FROM ${tables.from} ${also} WHERE ${tables.where}
    AND (installed.username, installed.servername) > (?, ?) ORDER BY ${SITE_ORDER} LIMIT ${longLists.BATCH}`;
  const all = [...values, ...tables.values];
  let last = { username: '', servername: '' };
  for (;;) {
    const rows = reading.all(sql, ...all, last.username, last.servername) as R[];
    const next = rows.at(-1);
    if (next === undefined) return;
    yield rows;
    last = next;
  }
}

/** The usernames as JSON. */
const usersIn = (rows: readonly Row[]) => JSON.stringify([...new Set(rows.map(({ username }) => username))]);

type AliasRow = Alias & { readonly servedBy: string };

function byHost(aliases: readonly AliasRow[]): ReadonlyMap<string, readonly Alias[]> {
  const served = new Map<string, Alias[]>();
  for (const alias of aliases) {
    const others = served.get(alias.servedBy);
    if (others === undefined) served.set(alias.servedBy, [alias]);
    else others.push(alias);
  }
  return served;
}

function siteOf(row: Row, served: ReadonlyMap<string, readonly Alias[]>, neighbours: Neighbours): ListedSite {
  const { servername, username, home, ip, ipv6, folder, id, createdAt } = row;
  const owner = { home, isReseller: row.isReseller === 1 };
  const host = {
    servername,
    type: folder === null ? 'main' : 'sub',
    folder: folder ?? PUBLIC_FOLDER,
  } as const;
  return {
    account: {
      username,
      ip,
      hasDedicatedIp: row.dedicatedIp === 1,
      ipv6: ipv6 === null ? '' : formatIp(fromHex(ipv6)),
    },
    host: hostAmong(neighbours, owner, host, served.get(servername) ?? []),
    isPrimary: row.primary === servername,
    certificate: { id, facts: JSON.parse(row.facts) as CertificateFacts, createdAt },
  };
}
