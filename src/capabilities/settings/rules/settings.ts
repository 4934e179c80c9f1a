// Reads and sets tweak settings.
import { expectation } from '../../../core/arguments.ts';
import type { Context } from '../../../core/context.ts';
import { badParam } from '../../../core/errors.ts';
import { INVISIBLE, quote } from '../../../core/quote.ts';
import { catalogue, find } from './catalogue.ts';
import type { Entry } from '../../../ground/rules/tweak-setting-entry.ts';
import * as stored from '../../../ground/rules/tweak-settings.ts';
import * as contactSecrets from '../../notify/rules/secrets.ts';
import * as nameservers from '../../domains/rules/nameservers.ts';
import { minimumOf, setMinimum, type Application } from '../../../ground/rules/passwords/minimums.ts';

/** @throws ApiError `bad_param` for an unknown key */
export async function read(sources: Sources, module: stored.Module, key: string): Promise<string> {
  const entry = await find(module, key);
  const home = keptElsewhere[key];
  if (home !== undefined) return home.read(sources);
  if (entry.fixed !== undefined) return entry.default;
  return (await stored.read(sources.db, module, key)) ?? entry.default;
}

/**
 * An empty value means the default. Warns if the setting has no effect on this server.
 * @throws ApiError `bad_param` for an unknown key, an invalid value, or one that this server cannot have
 */
export async function set(
  { db, sealer, warn }: Pick<Context, 'db' | 'sealer' | 'warn'>,
  module: stored.Module,
  key: string,
  given: string,
): Promise<void> {
  const checked = await check(module, key, given);
  if ('problem' in checked) throw badParam(checked.problem);
  const why = checked.value === '' && isFixed(key) ? undefined : whyNotSet(key, checked.value);
  if (why !== undefined) throw badParam(why);
  await write({ db, sealer }, module, key, checked.value);
  if (!checked.acts && !isFixed(key)) warn(`“${key}” is stored, but nothing on this server depends on it.`);
}

export interface CheckedSetting {
  readonly key: string;
  readonly value: string;
  /** False if the setting has no effect on this server. */
  readonly acts: boolean;
}

/** @returns the value in its normal form, or why it is not valid. @throws ApiError `bad_param` for an unknown key */
export async function check(
  module: stored.Module,
  key: string,
  given: string,
): Promise<CheckedSetting | { readonly problem: string }> {
  const { rule, acts = false, isSecret = false } = await find(module, key);
  const value = rule.type === 'integer' && /^\d{1,15}$/.test(given) ? String(Number(given)) : given;
  if (value === '' || fits(rule, value)) return { key, value, acts };
  const expected = expectation({ ...rule, doc: '' });
  const instead = isSecret ? '' : `, not ${quote(given)}`;
  return { problem: `The value of “${key}” should be ${expected}${instead}.` };
}

const isFixed = (key: string): boolean => catalogue[key]?.fixed !== undefined;

/** Sentences for people: why these functions cannot give a setting this value. Undefined if they can. */
export function whyNotSet(key: string, value: string): string | undefined {
  const instead = keptElsewhere[key]?.write;
  if (typeof instead === 'string') return `set_tweaksetting cannot set “${key}”. ${instead}`;
  const { fixed, default: always } = catalogue[key] ?? {};
  if (fixed === undefined || value === always) return undefined;
  return `“${key}” is always ${always === '' ? 'empty' : `“${always}”`} on this server: ${fixed}`;
}

/** Stores a value that was checked. */
export async function write(sinks: Sinks, module: stored.Module, key: string, value: string): Promise<void> {
  const elsewhere = keptElsewhere[key]?.write;
  if (typeof elsewhere === 'function') await elsewhere(sinks, value);
  else await stored.write(sinks.db, module, key, value);
}

function fits(
  { type, values, min = 0, max = Infinity, pattern, maxLength = 1024 }: Entry['rule'],
  value: string,
): boolean {
  if (type === 'flag') return value === '1' || value === '0';
  if (type === 'integer') return /^\d{1,15}$/.test(value) && Number(value) >= min && Number(value) <= max;
  if (values !== undefined) return values.includes(value);
  return value.length <= maxLength && value.search(INVISIBLE) < 0 && (pattern?.matches.test(value) ?? true);
}

// Tweak settings whose values are stored by other models or by the machine. They are read and set there.

/** Where the values are stored. */
export type Sources = Pick<Context, 'db' | 'system' | 'sealer'>;
/** The sealer is absent when a file is restored, which never has secrets. */
type Sinks = Pick<Context, 'db'> & Partial<Pick<Context, 'sealer'>>;

interface Home {
  readonly read: (sources: Sources) => Promise<string> | string;
  /** An empty value resets the setting. A text instead of a function says how to set it. */
  readonly write: ((sinks: Sinks, value: string) => Promise<void>) | string;
}

const minimum = (application: Application): Home => ({
  read: async ({ db }) => String(await minimumOf(db, application)),
  write: ({ db }, value) => setMinimum(db, application, value === '' ? undefined : Number(value)),
});

const nameserver = (position: number): Home => ({
  read: ({ db }) => nameservers.at(db, position),
  write: ({ db }, value) =>
    nameservers.update(db, [...Array<undefined>(position - 1).fill(undefined), value.toLowerCase()]),
});

const contact = (name: contactSecrets.SecretName): Home => ({
  read: (sources) => contactSecrets.read(sources, name),
  write: ({ db, sealer }, value) => {
    if (sealer === undefined) throw new TypeError(`${name} needs the sealer.`);
    return contactSecrets.write({ db, sealer }, name, value);
  },
});

/** The settings by key. */
const keptElsewhere: Readonly<Record<string, Home>> = {
  minpwstrength: minimum('default'),
  minpwstrength_createacct: minimum('createacct'),
  minpwstrength_passwd: minimum('passwd'),
  minpwstrength_ftp: minimum('ftp'),
  minpwstrength_list: minimum('list'),
  minpwstrength_mysql: minimum('mysql'),
  minpwstrength_postgres: minimum('postgres'),
  minpwstrength_sshkey: minimum('sshkey'),
  minpwstrength_virtual: minimum('virtual'),
  NS: nameserver(1),
  NS2: nameserver(2),
  NS3: nameserver(3),
  NS4: nameserver(4),
  CONTACTPOSTURL: contact('CONTACTPOSTURL'),
  CONTACTPUSHBULLET: contact('CONTACTPUSHBULLET'),
  HOST: { read: ({ system }) => system.hostname(), write: 'Use sethostname.' },
  ADDR: {
    read: ({ system }) => system.addresses()[0],
    write: 'It is the first address of the network interface, which the system’s network configuration sets.',
  },
};
