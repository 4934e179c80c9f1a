// Shows and writes profiles. Tokens can be entered, but are never shown.
import { resolve } from 'node:path';
import { split } from 'shlex';
import { readHosts } from './hosts.ts';
import type { RemoteOptions } from './options.ts';
import { readPins } from './pins.ts';
import { readCertificates } from './prepare.ts';
import { groupsOf, profilesPath, readProfiles, STANDARD_PROFILE, type Profile } from './profiles.ts';
import { SetupError } from './setup-error.ts';
import { tokenIn, tokenInFile } from './tokens.ts';
import type { RemoteEnvironment } from './environment.ts';

type Ask = NonNullable<RemoteEnvironment['ask']>;

/** Describes each profile in a few lines. */
export function listProfiles(context: RemoteEnvironment): string {
  const profiles = Object.entries(readProfiles(context));
  if (profiles.length === 0) return `There are no profiles yet in ${profilesPath(context)}.\n`;
  return profiles.map(([name, profile]) => described(name, profile)).join('');
}

function described(name: string, profile: Profile): string {
  const { login = 'root', groups = {}, cacert, pins, parallel, timeout } = profile;
  const servers = readHosts(groupsOf(profile).all ?? [], {}).map(({ label }) => label);
  const rows: [string, string | undefined][] = [
    ['login', login],
    ['servers', servers.length === 0 ? undefined : servers.join(' ')],
    ...Object.entries(groups).map(([group, members]): [string, string] => [`@${group}`, members.join(' ')]),
    ['token', wayToToken(profile)],
    ['cacert', cacert],
    ['pins', pins?.join(' ')],
    ['parallel', parallel?.toString()],
    ['timeout', timeout?.toString()],
  ];
  const lines = rows.flatMap(([key, value]) => (value === undefined ? [] : [`  ${key}: ${value}\n`]));
  return `${name}:\n${lines.join('')}`;
}

function wayToToken({ token, 'token-file': file, 'token-command': command }: Profile): string | undefined {
  if (token !== undefined) return 'kept in the profile';
  if (file !== undefined) return `in the file ${file}`;
  return command === undefined ? undefined : `printed by ${command.join(' ')}`;
}

/** Builds a profile from the command line. @throws SetupError */
export function profileOf(options: RemoteOptions, context: RemoteEnvironment): Profile {
  const { hosts, login, tokenFile, cacert, pins, parallel, timeout } = options;
  // Checked now, so that no unusable token file is saved.
  if (tokenFile !== undefined) tokenInFile(tokenFile);
  readCertificates(cacert);
  readPins(pins, context);
  return {
    hosts: readHosts(hosts, {}).map(({ label }) => label),
    ...(login === undefined ? {} : { login }),
    ...(tokenFile === undefined ? {} : { 'token-file': resolve(tokenFile) }),
    ...(cacert === undefined ? {} : { cacert: resolve(cacert) }),
    ...(pins.length === 0 ? {} : { pins }),
    ...(parallel === undefined ? {} : { parallel }),
    ...(timeout === undefined ? {} : { timeout }),
  };
}

/** Asks for the contents of a profile. Undefined if the user cancels. */
export async function readProfileFrom(
  ask: Ask,
  context: RemoteEnvironment,
  given: string | undefined,
): Promise<{ name: string; profile: Profile } | undefined> {
  const name =
    given ??
    (await ask(`Name of the profile to write (empty: none; ${STANDARD_PROFILE} is used unasked): `, false));
  if (name.trim() === '') return undefined;
  const hosts = readHosts([await ask('Servers (HOST or HOST:PORT, with commas): ', false)], {});
  if (hosts.length === 0) throw new SetupError('A profile needs a server.');
  const login = (await ask('User (root): ', false)).trim();
  const command = (
    await ask('Command that prints the token, such as pass show whm (empty: none): ', false)
  ).trim();
  const token =
    command === '' ? (await ask('API token (empty: log in with the password): ', true)).trim() : '';
  const pin = (await ask('Fingerprint sha256:..., or first-use (empty: by the issuer): ', false)).trim();
  readPins(pin === '' ? [] : [pin], context);
  return {
    name: name.trim(),
    profile: {
      hosts: hosts.map(({ label }) => label),
      ...(login === '' ? {} : { login }),
      ...(command === '' ? {} : { 'token-command': split(command) }),
      ...(token === '' ? {} : { token: tokenIn(token, 'What was typed') }),
      ...(pin === '' ? {} : { pins: [pin] }),
    },
  };
}
