// All domains of accounts as one table: each row is a domain with the columns of its account.
import type { KeptReading } from '../../../core/context.ts';
import { BATCH } from '../../../ground/rules/long-list.ts';
import type { ListedTable, Selection } from '../../../ground/rules/stored-list.ts';
import { PUBLIC_FOLDER } from './document-root.ts';

/**
 * The columns besides those of the account. `host`: the virtual host that serves it. `folder`: of its files, below the
 * home. `other`: empty for a main domain.
 */
interface Row {
  readonly name: string;
  readonly host: string;
  readonly other: string;
  readonly type: string;
  readonly folder: string;
}

/** No name of a user has this character, and all others are behind it. */
const SEPARATOR = '\x01';
/** How many domains of the same accounts are read at once. */
const DOMAINS = 500;

const NEXT_ACCOUNTS = `SELECT max(username) AS last
  FROM (SELECT username FROM account WHERE username > ? ORDER BY username LIMIT ${BATCH}) AS batch`;

// SQLite only merges both selects in the order of their indexes if their columns have declared types.
const columns = (row: Row) =>
  ['account.*', ...Object.entries(row).map(([name, sql]) => `CAST(${sql} AS TEXT) AS ${name}`)].join(', ');
const main = columns({
  name: 'account.domain',
  host: 'account.domain',
  other: `''`,
  type: `'main'`,
  folder: `'${PUBLIC_FOLDER}'`,
});
const hosted = columns({
  name: 'hosted.domain',
  host: 'CASE WHEN hosted.document_root IS NULL THEN hosted.served_by ELSE hosted.domain END',
  other: 'hosted.domain',
  type: 'hosted.type',
  // An alias has the folder of the subdomain that serves it. If there is none, it has that of the main domain.
  folder: `coalesce(hosted.document_root, (SELECT host.document_root FROM hosted_domain AS host
    WHERE host.domain = hosted.served_by AND host.username = hosted.username), '${PUBLIC_FOLDER}')`,
});

/** Sorted by account, the main domain first. */
export const DOMAINS_OF_ACCOUNTS: ListedTable = {
  from: `(SELECT ${main} FROM account
    UNION ALL SELECT ${hosted} FROM account CROSS JOIN hosted_domain AS hosted
      WHERE hosted.username = account.username) AS account`,
  key: 'name',
  unique: ['name'],
  order: 'username, other',
  recordsOfKeys: ({ jsonListOf, eachOf }, record) =>
    `WITH wanted AS (SELECT value, key FROM ${eachOf('?', 'given')})
     SELECT ${jsonListOf(record, 'place')} AS json FROM (
       SELECT ${main}, wanted.key AS place FROM wanted CROSS JOIN account WHERE account.domain = wanted.value
       UNION ALL SELECT ${hosted}, wanted.key AS place
         FROM wanted CROSS JOIN hosted_domain AS hosted CROSS JOIN account
         WHERE hosted.domain = wanted.value AND account.username = hosted.username) AS account`,
  inOrder,
};

interface Batch {
  readonly records: string | null;
  readonly last: string | null;
  readonly count: number;
}

/**
 * Reads the domains of a few accounts at once, so that no batch begins to look again among domains that another one has
 * passed. If they are very many, those of each account are read in parts.
 */
function* inOrder(reading: KeptReading, { record, where, values }: Selection): Generator<string> {
  const sql = (condition: string) =>
    `SELECT string_agg(record, ',') AS records, max(key) AS last, count(*) AS count FROM (
       SELECT CAST(${record} AS TEXT) AS record, username || '${SEPARATOR}' || other AS key
       FROM ${DOMAINS_OF_ACCOUNTS.from}
       WHERE (${where}) AND ${condition} ORDER BY username, other LIMIT ${DOMAINS}) AS batch`;
  const ofAccounts = sql('username > ? AND username <= ?');
  const ofAccount = sql('username = ? AND other > ?');
  const read = (batch: string, ...bounds: string[]) => reading.get(batch, ...values, ...bounds) as Batch;
  for (let from = ''; ;) {
    const { last: to } = reading.get(NEXT_ACCOUNTS, from) as { last: string | null };
    if (to === null) return;
    let batch = read(ofAccounts, from, to);
    from = to;
    for (;;) {
      if (batch.records !== null) yield `[${batch.records}]`;
      if (batch.last === null || batch.count < DOMAINS) break;
      const [username = '', other = ''] = batch.last.split(SEPARATOR);
      from = username;
      batch = read(ofAccount, username, other);
    }
  }
}
