// The zones that an account should have, and their content if the machine no longer has it: that of the backup, or else what
// the store says of the account.
import type { Context, Db } from '../../../core/context.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import { isOn } from '../../domains/rules/flags.ts';
import { listOf } from '../../domains/rules/hosted-domains.ts';
import * as copies from '../../../ground/rules/machine-copies.ts';
import { accountZone } from './account-zone.ts';
import { changedZone, zoneFileOf } from './changed-zone.ts';
import { addressesOf, newRecords } from './domain-zones.ts';
import { ttlOf } from './new-zone.ts';
import { firstSerial } from './serial.ts';
import type { CustomTemplates } from './templates.ts';

type Dependencies = Pick<Context, 'db' | 'sealer' | 'system' | 'version' | 'now' | 'warn'>;

export interface RebuiltZone {
  readonly name: string;
  readonly text: string;
  readonly dnssecPolicy: string | null;
}

/** The zones of the domains of an account, and those that were added for it, sorted. Subdomains have none. */
export async function zonesOf(db: Db, { username, domain }: Account): Promise<string[]> {
  const added = await db.all<{ name: string }>(
    'SELECT name FROM dns_zone WHERE server = ? AND username = ?',
    ...[db.server, username],
  );
  const aliases = (await listOf(db, username)).filter(({ servedBy }) => servedBy !== null);
  return [...new Set([domain, ...aliases.map((one) => one.domain), ...added.map(({ name }) => name)])].sort();
}

/** @throws ApiError `key_lost`, and as `accountZone`. */
export async function rebuiltZone(
  context: Dependencies,
  name: string,
  account: Account,
  templates: CustomTemplates,
): Promise<RebuiltZone> {
  const fromBackup = await zoneOfBackup(context, name);
  if (fromBackup !== undefined) return fromBackup;
  const { db, now } = context;
  const serial = firstSerial(new Date(now()));
  const isMain = name === account.domain;
  const { text } = await accountZone(context, { name, account, serial, templates, isMain });
  const subdomains = await subdomainsIn(db, name, account);
  const records = { ttl: await ttlOf(db, 'TTL'), ...(await addressesOf(context, account)) };
  const file = zoneFileOf({ name, text });
  const add = subdomains.flatMap((domain) => newRecords(file, { domain, ...records }));
  if (add.length === 0) return { name, text, dnssecPolicy: null };
  return { name, text: changedZone({ name, text }, { add }, new Date(now())).text, dnssecPolicy: null };
}

/** With a higher serial than in the backup. Undefined if the backup does not have the zone. @throws ApiError `key_lost`. */
export async function zoneOfBackup(
  context: Pick<Dependencies, 'db' | 'sealer' | 'now'>,
  name: string,
): Promise<RebuiltZone | undefined> {
  const copy = await copies.read(context, 'zone', name);
  if (copy === undefined) return undefined;
  const { text } = changedZone({ name, text: copy.text }, {}, new Date(context.now()));
  return { name, text, dnssecPolicy: copy.dnssecPolicy };
}

/** Those whose records are in this zone of the account, and in none below it. */
async function subdomainsIn(db: Db, zone: string, account: Account): Promise<string[]> {
  if (!(await isOn(db, 'autocreateaentries'))) return [];
  const below = (domain: string, name: string) => domain.endsWith(`.${name}`);
  const lower = (await zonesOf(db, account)).filter((name) => below(name, zone));
  return (await listOf(db, account.username))
    .filter(({ servedBy, domain }) => servedBy === null && below(domain, zone))
    .map(({ domain }) => domain)
    .filter((domain) => !lower.some((name) => domain === name || below(domain, name)));
}
