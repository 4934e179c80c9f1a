// The notifications that the owner of an account receives, and which of them the account wants. Only what this server
// reports is here: a preference without a notification would promise something.
import type { Db } from '../../../core/context.ts';
import type { Answer, Field } from '../../../core/define.ts';
import { badParam } from '../../../core/errors.ts';
import { nearest } from '../../../core/nearest.ts';
import { quote } from '../../../core/quote.ts';
import type { Json } from '../../../core/values.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import * as contacts from './account-contacts.ts';
import { notifyOwner, type OwnerPlace } from './notify.ts';

interface Event {
  /** When the owner is notified. */
  readonly doc: string;
  /** Somebody has changed something, perhaps an intruder: the message says what to do then. */
  readonly isChange?: true;
}

/** By WHM’s names. */
const preferences = {
  notify_account_authn_link: {
    doc: 'An identity at an identity provider is linked to the account.',
    isChange: true,
  },
  notify_account_authn_link_notification_disabled: {
    doc: 'Notifications about linked identities are turned off.',
    isChange: true,
  },
  notify_autossl_expiry: { doc: 'A certificate expires soon and could not be renewed.' },
  notify_autossl_expiry_coverage: {
    doc: 'A certificate expires soon, because names could not be validated.',
  },
  notify_autossl_renewal: { doc: 'AutoSSL has issued a certificate.' },
  notify_autossl_renewal_coverage: { doc: 'A renewal waits, because names could not be validated.' },
  notify_autossl_renewal_coverage_reduced: { doc: 'A new certificate has fewer names than before.' },
  notify_autossl_renewal_uncovered_domains: { doc: 'A new certificate lacks names of its site.' },
  notify_bandwidth_limit: { doc: 'The account approaches or reaches its bandwidth limit.' },
  notify_contact_address_change: {
    doc: 'The contact addresses change. The former addresses are notified too.',
    isChange: true,
  },
  notify_contact_address_change_notification_disabled: {
    doc: 'Notifications about contact addresses are turned off.',
    isChange: true,
  },
  notify_disk_limit: { doc: 'The account approaches or reaches the limit of its disk space.' },
  notify_password_change: { doc: 'The password changes.', isChange: true },
  notify_password_change_notification_disabled: {
    doc: 'Notifications about the password are turned off.',
    isChange: true,
  },
  notify_twofactorauth_change: { doc: 'Two-factor authentication is set up or removed.', isChange: true },
  notify_twofactorauth_change_notification_disabled: {
    doc: 'Notifications about two-factor authentication are turned off.',
    isChange: true,
  },
} as const satisfies Readonly<Record<string, Event>>;

export type Preference = keyof typeof preferences;
export const names = Object.keys(preferences) as Preference[];

/** When the owner of the account is notified. */
export const meaningOf = (name: Preference): string => preferences[name].doc;

/** The parameter for a preference. */
export const flagFor = (name: Preference) =>
  ({ type: 'flag', doc: `Whether the owner is notified: ${meaningOf(name)}` }) as const;

/** The preferences among the arguments of a call. */
export function givenIn(args: Readonly<Record<string, unknown>>): (readonly [Preference, boolean])[] {
  return names.flatMap((name) => {
    const value = args[name];
    return typeof value === 'boolean' ? [[name, value] as const] : [];
  });
}

const GUARD = '_notification_disabled';

export const preferenceRow = {
  fields: {
    name: { type: 'string', doc: 'The name.' },
    descp: { type: 'string', doc: 'When the owner of the account is notified.' },
    enabled: { type: 'flag', doc: '1 if the owner is notified.' },
  },
} as const satisfies Field;

/** All preferences of an account, by name. */
export async function list(db: Db, username: string): Promise<Answer<typeof preferenceRow>[]> {
  const enabled = await enabledOf(db, username);
  return names.map((name) => ({ name, descp: preferences[name].doc, enabled: Number(enabled.has(name)) }));
}

/** Those that nobody has turned off. */
async function enabledOf(db: Db, username: string): Promise<ReadonlySet<Preference>> {
  const rows = await db.all<{ name: string }>(
    'SELECT name FROM account_notification WHERE username = ? AND enabled = 0',
    username,
  );
  const off = new Set(rows.map(({ name }) => name));
  return new Set(names.filter((name) => !off.has(name)));
}

/**
 * Reads `{"notify_password_change":"0"}`.
 * @throws ApiError `bad_param`, whose reason names every wrong name and value.
 */
export function readPreferences(given: Json): ReadonlyMap<Preference, boolean> {
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  if (!isObject || Object.keys(given).length === 0) {
    throw badParam(
      'The parameter “preferences” should be a JSON object such as {"notify_password_change":"1"}.',
    );
  }
  const read = new Map<Preference, boolean>();
  const problems: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (!isPreference(name)) {
      const [similar] = nearest(name, names, 1);
      const hint = similar === undefined ? '' : ` Did you mean “${similar}”?`;
      problems.push(`${quote(name)} is not a notification of this server.${hint}`);
    } else if (isFlag(value)) {
      read.set(name, Number(value) === 1);
    } else {
      problems.push(`The value of “${name}” should be 1 or 0.`);
    }
  }
  if (problems.length > 0) {
    const list = 'ContactInformation::get_notification_preferences lists them.';
    throw badParam(`${problems.slice(0, 10).join(' ')} ${list}`);
  }
  return read;
}

function isPreference(name: string): name is Preference {
  return Object.hasOwn(preferences, name);
}

function isFlag(value: Json): boolean {
  return [true, false, 0, 1, '0', '1'].some((flag) => flag === value);
}

/**
 * Stores preferences. The owner is notified when a notification is turned off, because an intruder may have done it.
 * That does not apply to a notification that was already off.
 */
export async function set(
  db: Db,
  username: string,
  wanted: ReadonlyMap<Preference, boolean>,
  now: number,
): Promise<void> {
  const before = await enabledOf(db, username);
  for (const [name, isEnabled] of wanted) {
    await db.run(
      `INSERT INTO account_notification (username, name, enabled) VALUES (?, ?, ?)
       ON CONFLICT (username, name) DO UPDATE SET enabled = excluded.enabled`,
      ...[username, name, Number(isEnabled)],
    );
    const guard = `${name}${GUARD}`;
    const isTurnedOff = !isEnabled && before.has(name);
    if (!isTurnedOff || !isPreference(guard) || !before.has(guard)) continue;
    const text = `This notification was turned off: “${preferences[name].doc}”`;
    await tell(db, { username, event: guard, subject: 'A notification was turned off', body: text }, now);
  }
}

interface Told {
  readonly username: string;
  readonly event: Preference;
  /** One line, without the account’s name. */
  readonly subject: string;
  /** Plain text, without secrets. */
  readonly body: string;
  /** Addresses that are notified too. */
  readonly alsoTo?: readonly string[];
}

/** Notifies the owner of an account, in the transaction `db`, unless the account does not want this notification. */
export async function notifyAccount(db: Db, told: Told, now: number): Promise<void> {
  if ((await enabledOf(db, told.username)).has(told.event)) await tell(db, told, now);
}

const ADVICE =
  'If this was not you, change the password of the account, or ask the administrators of the server for help.';

async function tell(
  db: Db,
  { username, event, subject, body, alsoTo = [] }: Told,
  now: number,
): Promise<void> {
  const account = await db.get<{ contact_email: string }>(
    'SELECT contact_email FROM account WHERE username = ?',
    username,
  );
  if (account === undefined) return;
  const own = await contacts.addressesOf(db, { username, contactEmail: account.contact_email });
  const to = [...new Set([...own, ...alsoTo])];
  const hasToken = await contacts.hasPushbulletToken(db, username);
  if (to.length === 0 && !hasToken) return;
  const { isChange }: Event = preferences[event];
  await notifyOwner(
    db,
    {
      ...{ app: 'Accounts', event, subject: `${username}: ${subject}` },
      body: isChange === true ? `${body}\n\n${ADVICE}` : body,
    },
    { to, ...(hasToken ? { account: username } : {}), now, xid: '' },
  );
}

/** Someone who is notified about one or several accounts. */
interface Recipient {
  readonly about: readonly string[];
  readonly place: OwnerPlace;
}

/** The owners of accounts who want a notification. An address of several accounts is one recipient. */
export async function recipients(
  db: Db,
  usernames: Iterable<string>,
  event: Preference,
): Promise<Recipient[]> {
  const byAddress = new Map<string, string[]>();
  const withToken: Recipient[] = [];
  for (const username of usernames) {
    const account = await accounts.find(db, username);
    if (account === undefined || !(await enabledOf(db, username)).has(event)) continue;
    for (const address of await contacts.addressesOf(db, account)) {
      byAddress.set(address, [...(byAddress.get(address) ?? []), username]);
    }
    if (await contacts.hasPushbulletToken(db, username)) {
      withToken.push({ about: [username], place: { to: [], account: username } });
    }
  }
  return [...[...byAddress].map(([address, about]) => ({ about, place: { to: [address] } })), ...withToken];
}
