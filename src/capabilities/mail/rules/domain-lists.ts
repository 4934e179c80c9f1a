// The domains and accounts of this server as four files of cPanel servers list them. Scripts for such servers, most of them for
// monitoring, read the files.
import type { Db } from '../../../core/context.ts';

/** The content of each file, by its name in /etc. */
export type DomainLists = Readonly<
  Record<'trueuserdomains' | 'trueuserowners' | 'userdomains' | 'localdomains', string>
>;

interface AccountRow {
  readonly username: string;
  readonly domain: string;
  readonly owner: string;
}

/** Names have been checked before they were stored. Another one would be a line of its own in files that root’s scripts trust. */
const NAME = /^[a-z0-9_*][a-z0-9._*-]*$/i;

/** @param receivesMail false if this server receives no mail but its own. */
export async function domainLists(db: Db, hostname: string, receivesMail: boolean): Promise<DomainLists> {
  const accounts = await db.all<AccountRow>(
    'SELECT username, domain, owner FROM account WHERE server = ? ORDER BY username',
    db.server,
  );
  const hosted = await db.all<Pick<AccountRow, 'username' | 'domain'>>(
    `SELECT hosted_domain.domain, account.username FROM hosted_domain
     JOIN account ON account.username = hosted_domain.username WHERE account.server = ?`,
    db.server,
  );
  const elsewhere = await db.all<{ domain: string }>(
    `SELECT domain FROM mail_domain WHERE CASE routing WHEN 'auto' THEN detected ELSE routing END <> 'local'`,
  );
  const away = new Set(elsewhere.map(({ domain }) => domain));
  const all = [...accounts, ...hosted];
  const local = receivesMail
    ? all.map(({ domain }) => domain).filter((domain) => !away.has(domain) && !domain.startsWith('*'))
    : [];
  return {
    trueuserdomains: pairs(accounts.map(({ domain, username }) => [domain, username])),
    trueuserowners: pairs(accounts.map(({ username, owner }) => [username, owner])),
    // cPanel’s file begins with this line, for all other names.
    userdomains: `*: nobody\n${pairs(all.map(({ domain, username }) => [domain, username]))}`,
    localdomains: lines([...new Set([hostname.toLowerCase(), ...local])].filter((name) => NAME.test(name))),
  };
}

function pairs(all: readonly (readonly [string, string])[]): string {
  const sound = all.filter((pair) => pair.every((name) => NAME.test(name)));
  return lines(sound.map(([name, value]) => `${name}: ${value}`));
}

const lines = (all: readonly string[]): string =>
  all
    .toSorted()
    .map((line) => `${line}\n`)
    .join('');
