// The policies that tell the senders of mail to deliver to a domain only with verified TLS (MTA-STS, RFC 8461). They are read
// by HTTPS at a name of their own, `mta-sts.` before the domain.
import type { Caller, Db } from '../../../core/context.ts';
import { visibleTo } from '../../accounts/rules/accounts.ts';

export const modes = ['none', 'testing', 'enforce'] as const;
export type Mode = (typeof modes)[number];

export interface MailPolicy {
  /** A main, parked or addon domain: one with a zone of its own. */
  readonly domain: string;
  readonly username: string;
  readonly mode: Mode;
  /** How many seconds senders may keep it. */
  readonly maxAge: number;
  /** The names of the mail servers, in lower case. Empty for the mode `none`. */
  readonly mx: readonly string[];
  /** Another one for each version of the policy. */
  readonly id: string;
  /** Who gets the reports of senders (TLS-RPT, RFC 8460). Empty: nobody. */
  readonly reportAddress: string;
  /** Until when senders may have an earlier version whose mode was not `none`. Milliseconds since 1970-01-01. */
  readonly earlierUntil: number;
}

/** By domain. */
export type MailPolicies = ReadonlyMap<string, MailPolicy>;

export const POLICY_LABEL = 'mta-sts';
/** The path of every policy (RFC 8461, section 3.3). */
export const POLICY_PATH = '/.well-known/mta-sts.txt';

/** The name at which senders read the policy of a domain. */
export const policyNameOf = (domain: string) => `${POLICY_LABEL}.${domain}`;

export const isPolicyName = (name: string) => name.startsWith(`${POLICY_LABEL}.`);

/** @param name as `policyNameOf` returns it. */
export const domainOfPolicyName = (name: string) => name.slice(POLICY_LABEL.length + 1);

/** Where senders read it. */
export const urlOf = (domain: string) => `https://${policyNameOf(domain)}${POLICY_PATH}`;

/** The file that senders read (RFC 8461, section 3.2). */
export function textOf({ mode, maxAge, mx }: Pick<MailPolicy, 'mode' | 'maxAge' | 'mx'>): string {
  const lines = ['version: STSv1', `mode: ${mode}`, ...mx.map((name) => `mx: ${name}`), `max_age: ${maxAge}`];
  return lines.map((line) => `${line}\n`).join('');
}

/** Until when senders may have a version whose mode was not `none`, if the policy ends now. Milliseconds since 1970-01-01. */
export function keptUntil({ mode, maxAge, earlierUntil }: MailPolicy, now: number): number {
  return mode === 'none' ? earlierUntil : Math.max(earlierUntil, now + maxAge * 1000);
}

interface Row extends Omit<MailPolicy, 'mx'> {
  readonly mx: string;
}

const selected = `domain, username, mode, max_age AS "maxAge", mx, policy_id AS id, report_address AS "reportAddress",
  earlier_until AS "earlierUntil"`;

const policyOf = ({ mx, ...row }: Row): MailPolicy => ({ ...row, mx: JSON.parse(mx) as string[] });

export async function find(db: Db, domain: string): Promise<MailPolicy | undefined> {
  const row = await db.get<Row>(`SELECT ${selected} FROM mail_policy WHERE domain = ?`, domain);
  return row && policyOf(row);
}

/** The policies of an account. */
export async function ofUser(db: Db, username: string): Promise<MailPolicies> {
  const rows = await db.all<Row>(
    `SELECT ${selected} FROM mail_policy WHERE username = ? ORDER BY domain`,
    username,
  );
  return new Map(rows.map((row) => [row.domain, policyOf(row)]));
}

/** The policies of the accounts of this server. */
export async function listHere(db: Db): Promise<MailPolicy[]> {
  const rows = await db.all<Row>(
    `SELECT ${selected} FROM mail_policy WHERE username IN (SELECT username FROM account WHERE server = ?) ORDER BY domain`,
    db.server,
  );
  return rows.map(policyOf);
}

/** The domains of all accounts that have a policy. */
export async function allDomains(db: Db): Promise<ReadonlySet<string>> {
  const rows = await db.all<{ domain: string }>('SELECT domain FROM mail_policy');
  return new Set(rows.map(({ domain }) => domain));
}

/** The policies of the accounts that the caller sees. @param domains empty: all. */
export async function listFor(db: Db, caller: Caller, domains: readonly string[]): Promise<MailPolicy[]> {
  const { where, values } = visibleTo(db, caller);
  const rows = await db.all<Row>(
    `SELECT ${selected} FROM mail_policy WHERE username IN (SELECT username FROM account WHERE ${where}) ORDER BY domain`,
    ...values,
  );
  const isWanted = ({ domain }: Row) => domains.length === 0 || domains.includes(domain);
  return rows.filter(isWanted).map(policyOf);
}

export async function save(db: Db, policy: MailPolicy): Promise<void> {
  const { domain, username, mode, maxAge, mx, id, reportAddress, earlierUntil } = policy;
  await forget(db, domain);
  await db.run(
    `INSERT INTO mail_policy (domain, username, mode, max_age, mx, policy_id, report_address, earlier_until)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[domain, username, mode, maxAge, JSON.stringify(mx), id, reportAddress, earlierUntil],
  );
}

export async function forget(db: Db, domain: string): Promise<void> {
  await db.run('DELETE FROM mail_policy WHERE domain = ?', domain);
}

/** A domain has another name. Its zone and the mail servers in it are renamed as well. */
export async function rename(db: Db, from: string, to: string): Promise<void> {
  const policy = await find(db, from);
  await forget(db, from);
  if (policy !== undefined) await save(db, renamedPolicy(policy, from, to));
}

/** The policy of a domain that gets another name, as its mailboxes do. */
export function renamedPolicy(policy: MailPolicy, from: string, to: string): MailPolicy {
  const nameOf = (name: string) =>
    name === from || name.endsWith(`.${from}`) ? name.slice(0, -from.length) + to : name;
  const at = policy.reportAddress.lastIndexOf('@') + 1;
  const reportAddress =
    policy.reportAddress.slice(0, at) + nameOf(policy.reportAddress.slice(at).toLowerCase());
  return { ...policy, domain: to, mx: policy.mx.map(nameOf), reportAddress };
}
