// The settings of the brute-force protection, under their names in the API: their valid values and defaults.
import { expectation } from '../../../../core/arguments.ts';
import type { Db } from '../../../../core/context.ts';
import type { Fields, Param } from '../../../../core/define.ts';
import { ApiError, badParam } from '../../../../core/errors.ts';
import { anyOf, quote } from '../../../../core/quote.ts';
import { isCountry } from '../../../../ground/rules/countries.ts';
import { readCommand } from './commands.ts';
import * as storedSettings from '../../../../ground/rules/stored-settings.ts';

const defaults = {
  is_enabled: true,
  ip_based_protection: true,
  max_failures_byip: 5,
  ip_brute_force_period_mins: 15,
  mark_as_brute: 30,
  lookback_period_min: 360,
  username_based_protection: false,
  username_based_protection_local_origin: true,
  username_based_protection_for_root: false,
  max_failures: 30,
  brute_force_period_mins: 5,
  block_brute_force_with_firewall: false,
  block_excessive_brute_force_with_firewall: false,
  command_to_run_on_brute_force: '',
  command_to_run_on_excessive_brute_force: '',
  country_whitelist: '',
  country_blacklist: '',
  notify_on_brute: false,
  notify_on_root_login: false,
  notify_on_root_login_for_known_netblock: false,
};

type Wide<Default> = Default extends boolean ? boolean : Default extends number ? number : string;
export type Config = { readonly [Key in keyof typeof defaults]: Wide<(typeof defaults)[Key]> };
export type Change = { readonly [Key in keyof Config]?: Config[Key] | undefined };

const NAME = 'brute_force';

export async function read(db: Db): Promise<Config> {
  return { ...defaults, ...(await readStored(db)) };
}

/** Returns only the settings that were set. All others have their defaults, which a later version may change. */
async function readStored(db: Db): Promise<Partial<Config>> {
  return JSON.parse((await storedSettings.read(db, NAME)) ?? '{}') as Partial<Config>;
}

/** Sets every setting that is not undefined. @throws ApiError `bad_param` for a command that cannot be run. */
export async function change(db: Db, changed: Change): Promise<Config> {
  const given = Object.entries(changed).filter(
    ([key, value]) => Object.hasOwn(defaults, key) && value !== undefined,
  );
  const stored = { ...(await readStored(db)), ...Object.fromEntries(given) };
  const config: Config = { ...defaults, ...stored };
  readCommand('command_to_run_on_brute_force', config.command_to_run_on_brute_force);
  readCommand('command_to_run_on_excessive_brute_force', config.command_to_run_on_excessive_brute_force);
  await storedSettings.write(db, NAME, JSON.stringify(stored));
  return config;
}

/** @throws ApiError `bad_param` if the protection is disabled. Scripts match this wording. */
export function assertEnabled({ is_enabled }: Config): void {
  if (!is_enabled) throw new ApiError('disabled', 'cPHulk is disabled on the server.');
}

const MAX_FAILURES = 100_000;
// WHM differs: with 0 it refuses every login, also root's.
const failures = { type: 'integer', min: 1, max: MAX_FAILURES } as const;
/** The maximum is one day. */
const minutes = { type: 'integer', min: 1, max: 1440 } as const;
const WORDS =
  'A program with its arguments. It runs without a shell: quotes and backslashes group words, and nothing else ' +
  'has a meaning.';

/** The parameters of save_cphulk_config. */
export const params = {
  ip_based_protection: {
    type: 'flag',
    doc: '1: block addresses with too many failed logins. 0: block no further addresses. Existing blocks are kept.',
  },
  max_failures_byip: {
    ...failures,
    doc: 'The number of failed logins within ip_brute_force_period_mins after which an address is blocked.',
  },
  ip_brute_force_period_mins: {
    ...minutes,
    doc: 'The minutes within which failed logins of an address are counted, and for which it is then blocked.',
  },
  mark_as_brute: {
    ...failures,
    doc: 'The number of failed logins within lookback_period_min after which an address is blocked for a day.',
  },
  lookback_period_min: {
    ...minutes,
    max: 43_200,
    doc: 'The minutes for which failed logins are stored and listed.',
  },
  username_based_protection: {
    type: 'flag',
    doc: '1: lock a user after too many failed logins from any address. 0: lock no further users.',
  },
  username_based_protection_local_origin: {
    type: 'flag',
    doc:
      '1: username_based_protection applies only to logins from this server itself, so that nobody can lock out ' +
      'others from a remote address. 0: it applies to all logins.',
  },
  username_based_protection_for_root: {
    type: 'flag',
    doc: '1: username_based_protection can lock root too.',
  },
  max_failures: {
    ...failures,
    doc:
      'The number of failed logins within brute_force_period_mins after which a user is locked, and the number of ' +
      'minutes of the lock. Used by username_based_protection.',
  },
  brute_force_period_mins: {
    ...minutes,
    doc: 'The minutes within which failed logins of a user are counted.',
  },
  block_brute_force_with_firewall: {
    type: 'flag',
    doc: '1: the firewall drops all packets from an address while max_failures_byip blocks it.',
  },
  block_excessive_brute_force_with_firewall: {
    type: 'flag',
    doc: '1: the firewall drops all packets from an address while it is blocked for a day.',
  },
  command_to_run_on_brute_force: {
    type: 'string',
    doc: `The command to run when max_failures_byip blocks an address; empty for none. ${WORDS}`,
  },
  command_to_run_on_excessive_brute_force: {
    type: 'string',
    doc: `The command to run when an address is blocked for a day; empty for none. ${WORDS}`,
  },
  notify_on_brute: { type: 'flag', doc: '1: send a notification when an address is blocked.' },
  notify_on_root_login: {
    type: 'flag',
    doc: '1: send a notification when root logs in from an address that is not on the allow list.',
  },
  notify_on_root_login_for_known_netblock: {
    type: 'flag',
    doc: '1: send that notification even if root has logged in from the network before.',
  },
} as const satisfies Record<string, Param>;

/** Settings that only set_cphulk_config_key can set. */
const furtherParams = {
  is_enabled: { type: 'flag', doc: '1: enable the brute-force protection.' },
  country_whitelist: {
    type: 'string',
    doc: 'Countries from which logins are never blocked, and whose failures are not counted. It counts before country_blacklist.',
  },
  country_blacklist: {
    type: 'string',
    doc: 'Countries from which logins are always blocked, except from addresses on the allow list.',
  },
} as const satisfies Record<string, Param>;

/** Settings that also exist under a second name, in seconds. */
const inSeconds = {
  ip_brute_force_period_sec: 'ip_brute_force_period_mins',
  brute_force_period_sec: 'brute_force_period_mins',
  lookback_time: 'lookback_period_min',
} as const;

const allParams: Readonly<Record<keyof Config, Param>> = { ...params, ...furtherParams };

/** All keys of set_cphulk_config_key. */
export const keys: readonly string[] = [...Object.keys(allParams), ...Object.keys(inSeconds)].sort();

/** Reads one setting from its text. @throws ApiError `bad_param` with the valid values of the key. */
export function readSetting(key: string, text: string): Change {
  if (Object.hasOwn(inSeconds, key)) return readSeconds(key as keyof typeof inSeconds, text);
  if (!Object.hasOwn(allParams, key)) throw badParam(`The parameter “key” should be ${anyOf(keys)}.`);
  const name = key as keyof Config;
  const param = allParams[name];
  if (param.type === 'flag') {
    if (text !== '0' && text !== '1') throw unfit(name, expectation(param), text);
    return { [name]: text === '1' };
  }
  if (param.type === 'integer') return { [name]: readNumber(name, param, text) };
  return { [name]: name.startsWith('country_') ? readCountries(name, text) : text };
}

function readNumber(key: string, param: Param, text: string): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (number >= (param.min ?? 0) && number <= (param.max ?? Infinity)) return number;
  throw unfit(key, expectation(param), text);
}

function readSeconds(key: keyof typeof inSeconds, text: string): Change {
  const name = inSeconds[key];
  const { max } = params[name];
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (seconds >= 60 && seconds <= max * 60 && seconds % 60 === 0) return { [name]: seconds / 60 };
  throw unfit(key, `whole minutes in seconds: a multiple of 60 from 60 to ${max * 60}`, text);
}

function readCountries(key: string, text: string): string {
  const codes = text.split(',').map((code) => code.trim().toUpperCase());
  if (text.trim() === '') return '';
  if (codes.every(isCountry)) return [...new Set(codes)].sort().join(',');
  throw unfit(key, 'a comma-separated list of two-letter country codes (ISO 3166-1), such as “AU,US”', text);
}

function unfit(key: string, expected: string, text: string): Error {
  return badParam(`The value of “${key}” should be ${expected}, not ${quote(text)}.`);
}

type Answered = {
  readonly [Key in keyof Config]: Config[Key] extends boolean ? number : Config[Key];
} & Readonly<Record<keyof typeof inSeconds | 'can_temp_ban_firewall', number>>;

/** Returns the settings in the form of the API's response. */
export function answerOf(config: Config, hasFirewall: boolean): Answered {
  const plain = Object.entries(config).map(([key, value]) => [
    key,
    typeof value === 'boolean' ? Number(value) : value,
  ]);
  const seconds = Object.entries(inSeconds).map(([key, name]) => [key, config[name] * 60]);
  return Object.fromEntries([
    ...plain,
    ...seconds,
    ['can_temp_ban_firewall', Number(hasFirewall)],
  ]) as Answered;
}

type AnsweredFields = {
  readonly [Key in keyof Answered]: {
    readonly type: Answered[Key] extends number ? 'integer' : 'string';
    readonly doc: string;
  };
};

const param = <const Type extends 'integer' | 'string'>(type: Type, { doc }: Param) => ({ type, doc });
const second = (name: string) => ({ type: 'integer', doc: `The value of ${name} in seconds.` }) as const;

/** The description of the result of `answerOf`. */
export const fields = {
  is_enabled: { type: 'integer', doc: '1 if the brute-force protection is enabled.' },
  can_temp_ban_firewall: {
    type: 'integer',
    doc: '1 if there is a firewall that this program can use: nftables, as root on Linux.',
  },
  ip_based_protection: param('integer', params.ip_based_protection),
  max_failures_byip: param('integer', params.max_failures_byip),
  ip_brute_force_period_mins: param('integer', params.ip_brute_force_period_mins),
  ip_brute_force_period_sec: second('ip_brute_force_period_mins'),
  mark_as_brute: param('integer', params.mark_as_brute),
  lookback_period_min: param('integer', params.lookback_period_min),
  lookback_time: second('lookback_period_min'),
  username_based_protection: param('integer', params.username_based_protection),
  username_based_protection_local_origin: param('integer', params.username_based_protection_local_origin),
  username_based_protection_for_root: param('integer', params.username_based_protection_for_root),
  max_failures: param('integer', params.max_failures),
  brute_force_period_mins: param('integer', params.brute_force_period_mins),
  brute_force_period_sec: second('brute_force_period_mins'),
  block_brute_force_with_firewall: param('integer', params.block_brute_force_with_firewall),
  block_excessive_brute_force_with_firewall: param(
    'integer',
    params.block_excessive_brute_force_with_firewall,
  ),
  command_to_run_on_brute_force: param('string', params.command_to_run_on_brute_force),
  command_to_run_on_excessive_brute_force: param('string', params.command_to_run_on_excessive_brute_force),
  country_whitelist: param('string', furtherParams.country_whitelist),
  country_blacklist: param('string', furtherParams.country_blacklist),
  notify_on_brute: param('integer', params.notify_on_brute),
  notify_on_root_login: param('integer', params.notify_on_root_login),
  notify_on_root_login_for_known_netblock: param('integer', params.notify_on_root_login_for_known_netblock),
} as const satisfies Fields & AnsweredFields;
