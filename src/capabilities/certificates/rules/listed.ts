// The certificates of users, for the function that lists them.
import { seesAll } from '../../../core/access.ts';
import type { Caller, CallerStore, Db, KeptReading, SqlValue } from '../../../core/context.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import { beginningWith } from '../../domains/rules/hosted-domains.ts';
import { derivedLabels } from '../../domains/rules/service-subdomains.ts';
import * as longLists from '../../../ground/rules/long-list.ts';
import type { CertificateFacts } from './facts.ts';
import { ownersOf, readOwners } from './owners.ts';

export interface ListedCertificate {
  readonly id: string;
  readonly facts: CertificateFacts;
  /** The name that its user gave to it. Null: none. */
  readonly friendlyName: string | null;
  /** The accounts that have one of its domains, as far as the caller sees them. */
  readonly owners: readonly string[];
}

export interface CertificateQuery {
  /** Undefined: all whose certificates the caller may see, which are its own and those of its accounts. */
  readonly user: string | undefined;
  /** True if self-signed ones are left out. */
  readonly onlySigned: boolean;
}

interface Row {
  readonly username: string;
  readonly id: string;
  readonly facts: string;
  readonly friendlyName: string | null;
}

const SELECTED = 'username, id, facts, friendly_name AS "friendlyName"';
const ORDER = 'username, id';

export async function areMany({ db, caller }: CallerStore, query: CertificateQuery): Promise<boolean> {
  const { where, values } = conditionOf(db, caller, query);
  return longLists.areMany(db, { sql: `SELECT 1 FROM certificate WHERE ${where}`, values });
}

/** Lists them by user and ID. */
export async function listCertificates(
  { db, caller }: CallerStore,
  query: CertificateQuery,
): Promise<ListedCertificate[]> {
  const { where, values } = conditionOf(db, caller, query);
  const rows = (
    await db.all<Row>(`SELECT ${SELECTED} FROM certificate WHERE ${where} ORDER BY ${ORDER}`, ...values)
  ).map(readRow);
  return listed(rows, await ownersOf({ db, caller }, domainsOf(rows)));
}

/** Prepares to read the same list in batches, with two queries for each. */
export async function certificateBatches(
  { db, caller }: CallerStore,
  query: CertificateQuery,
): Promise<(reading: KeptReading) => Generator<ListedCertificate[]>> {
  const derived = await beginningWith(db, derivedLabels);
  return (reading) => batches(reading, { db, caller }, query, derived);
}

function* batches(
  reading: KeptReading,
  { db, caller }: CallerStore,
  query: CertificateQuery,
  derived: ReadonlySet<string>,
): Generator<ListedCertificate[]> {
  const { where, values } = conditionOf(db, caller, query);
  const visible = accounts.visibleTo(db, caller);
  const mainDomain = `SELECT domain FROM (SELECT * FROM account WHERE ${visible.where}) AS own
    WHERE own.username = certificate.username`;
  const sql = `SELECT ${SELECTED}, (${mainDomain}) AS "mainDomain" FROM certificate
    WHERE (${where}) AND (username, id) > (?, ?) ORDER BY ${ORDER} LIMIT ${longLists.BATCH}`;
  const all = [...visible.values, ...values];
  let last: Pick<Row, 'username' | 'id'> = { username: '', id: '' };
  for (;;) {
    const rows = reading.all(sql, ...all, last.username, last.id) as (Row & { mainDomain: string | null })[];
    const next = rows.at(-1);
    if (next === undefined) return;
    // Most certificates are for the main domain of their account, which is then not looked for.
    const known = new Map<string, string>();
    for (const { mainDomain, username } of rows) if (mainDomain !== null) known.set(mainDomain, username);
    const read = rows.map(readRow);
    yield listed(read, readOwners(reading, { db, caller }, { derived, known }, domainsOf(read)));
    last = next;
  }
}

function conditionOf(
  db: Db,
  caller: Caller,
  { user, onlySigned }: CertificateQuery,
): { readonly where: string; readonly values: readonly SqlValue[] } {
  const ofUsers = user === undefined ? ofVisible(db, caller) : { where: 'username = ?', values: [user] };
  if (!onlySigned) return ofUsers;
  return { ...ofUsers, where: `(${ofUsers.where}) AND NOT (${db.dialect.isTrue('facts', 'isSelfSigned')})` };
}

/** Each account is looked up by its name: a list of all would be made again for each batch. */
function ofVisible(db: Db, caller: Caller) {
  const { where, values } = accounts.visibleTo(db, caller);
  return {
    where: `username = ? OR EXISTS (
      SELECT 1 FROM (SELECT * FROM account WHERE ${where}) AS own WHERE own.username = certificate.username)`,
    values: [seesAll(caller) ? 'root' : caller.user, ...values],
  };
}

type ReadRow = Omit<Row, 'facts'> & Pick<ListedCertificate, 'facts'>;

const readRow = ({ username, id, facts, friendlyName }: Row): ReadRow => ({
  username,
  id,
  facts: JSON.parse(facts) as CertificateFacts,
  friendlyName,
});

const domainsOf = (rows: readonly ReadRow[]) => rows.flatMap(({ facts }) => facts.domains);

function listed(rows: readonly ReadRow[], owners: ReadonlyMap<string, string>): ListedCertificate[] {
  return rows.map(({ id, facts, friendlyName }) => ({
    id,
    facts,
    friendlyName,
    owners: ownersAmong(facts.domains, owners),
  }));
}

function ownersAmong(domains: readonly string[], owners: ReadonlyMap<string, string>): string[] {
  const found = new Set<string>();
  for (const domain of domains) {
    const owner = owners.get(domain);
    if (owner !== undefined) found.add(owner);
  }
  return [...found];
}
