// Profiles: servers, groups of servers and logins, stored in one file (TOML) that only its owner can read.
import { dirname, join, resolve } from 'node:path';
import { parse, stringify, TomlError } from 'smol-toml';
import { quote } from '../core/quote.ts';
import type { Groups } from './hosts.ts';
import { folderOf, readPrivateIfThere, writePrivate } from './private-files.ts';
import { SetupError } from './setup-error.ts';
import type { RemoteEnvironment } from './environment.ts';

/** The keys are the same as in the file. At most one of the three token keys is set. */
export interface Profile {
  readonly login?: string;
  readonly hosts?: readonly string[];
  readonly groups?: Groups;
  readonly token?: string;
  readonly 'token-file'?: string;
  /** A program and its arguments, run without a shell. It prints the token. */
  readonly 'token-command'?: readonly string[];
  readonly cacert?: string;
  readonly pins?: readonly string[];
  readonly parallel?: number;
  readonly timeout?: number;
}
export type Profiles = Readonly<Record<string, Profile>>;

/** The default profile. */
export const STANDARD_PROFILE = 'default';

const isText = (value: unknown) => typeof value === 'string' && value !== '';
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText);
const isNumber = (value: unknown) => typeof value === 'number' && Number.isInteger(value) && value > 0;
const isGroups = (value: unknown) =>
  typeof value === 'object' && value !== null && Object.values(value).every(isTexts);

const keys: Readonly<Record<keyof Profile, { fits: (value: unknown) => boolean; expects: string }>> = {
  login: { fits: isText, expects: 'a text' },
  hosts: { fits: isTexts, expects: 'a list of texts' },
  groups: { fits: isGroups, expects: 'a table with a list of texts for each group' },
  token: { fits: isText, expects: 'a text' },
  'token-file': { fits: isText, expects: 'a path' },
  'token-command': {
    fits: (value) => isTexts(value) && (value as string[]).length > 0,
    expects: 'a list: a program and its arguments',
  },
  cacert: { fits: isText, expects: 'a path' },
  pins: { fits: isTexts, expects: 'a list of texts' },
  parallel: { fits: isNumber, expects: 'a whole number, 1 or more' },
  timeout: { fits: isNumber, expects: 'a whole number of seconds, 1 or more' },
};

export function profilesPath(context: Pick<RemoteEnvironment, 'environment'>): string {
  return join(folderOf('config', context), 'config');
}

/** @throws SetupError if other users can access the file, or its contents are invalid. */
export function readProfiles(context: Pick<RemoteEnvironment, 'environment'>): Profiles {
  const path = profilesPath(context);
  const text = readPrivateIfThere(path);
  if (text === undefined) return {};
  let parsed: Record<string, unknown>;
  try {
    parsed = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The parser's own message is not used, because it quotes the line, which may contain a token.
    throw new SetupError(`${quote(path)} is not TOML: line ${error.line}, column ${error.column}.`);
  }
  return Object.fromEntries(
    Object.entries(parsed).map(([name, table]) => [name, checked(table, name, path)]),
  );
}

function checked(table: unknown, name: string, path: string): Profile {
  const where = `The profile ${quote(name)} in ${quote(path)}`;
  if (typeof table !== 'object' || table === null || Array.isArray(table)) {
    throw new SetupError(
      `${quote(path)} should hold tables, one for each profile, not ${quote(name)} alone.`,
    );
  }
  for (const [key, value] of Object.entries(table)) {
    const rule = Object.hasOwn(keys, key) ? keys[key as keyof Profile] : undefined;
    if (rule === undefined) {
      throw new SetupError(`${where} has the key ${quote(key)}; known are ${Object.keys(keys).join(', ')}.`);
    }
    if (!rule.fits(value)) throw new SetupError(`${where}: ${key} should be ${rule.expects}.`);
  }
  const profile = table as Profile;
  const ways = (['token', 'token-file', 'token-command'] as const).filter(
    (key) => profile[key] !== undefined,
  );
  if (ways.length > 1) throw new SetupError(`${where} has ${ways.join(' and ')}: one is enough.`);
  const base = dirname(path);
  return {
    ...profile,
    ...(profile.cacert === undefined ? {} : { cacert: resolve(base, profile.cacert) }),
    ...(profile['token-file'] === undefined ? {} : { 'token-file': resolve(base, profile['token-file']) }),
  };
}

/** The group `all` contains all servers of a profile, unless the profile defines a group with that name. */
export function groupsOf(profile: Profile): Groups {
  const everywhere = [...(profile.hosts ?? []), ...Object.values(profile.groups ?? {}).flat()];
  return { all: everywhere, ...profile.groups };
}

/** Adds or replaces a profile. Comments in the file are lost. */
export function writeProfile(
  name: string,
  profile: Profile,
  context: Pick<RemoteEnvironment, 'environment'>,
): void {
  const profiles = { ...readProfiles(context), [name]: profile };
  writePrivate(profilesPath(context), stringify(profiles));
}
