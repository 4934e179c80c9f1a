// Determines the servers of a run, and how to reach them, from options, profile and environment.
import { readFileSync } from 'node:fs';
import { quote } from '../core/quote.ts';
import { readHosts, type RemoteHost } from './hosts.ts';
import type { RemoteOptions } from './options.ts';
import { readPins } from './pins.ts';
import { groupsOf, profilesPath, readProfiles, STANDARD_PROFILE, type Profile } from './profiles.ts';
import { RemoteServer, type LoginSource, type ServerSettings } from './server.ts';
import { SessionLogin } from './sessions.ts';
import { SetupError } from './setup-error.ts';
import { TokenLogin, tokenIn, tokenInFile, tokenOfProfile } from './tokens.ts';
import type { RemoteEnvironment } from './environment.ts';

export interface Prepared {
  /** Contains at least one server. */
  readonly hosts: readonly RemoteHost[];
  /** True if each response needs the name of its server, because there are several servers, or could be. */
  readonly isNamed: boolean;
  readonly parallel: number;
  /** The caller must close the server. */
  readonly connect: (host: RemoteHost) => RemoteServer;
}

const STANDARD_PARALLEL = 8;
const STANDARD_TIMEOUT_SECONDS = 300;

/** @throws SetupError */
export function prepare(options: RemoteOptions, context: RemoteEnvironment): Prepared {
  const profile = chosenProfile(options, context);
  const hosts = chosenHosts(options, profile, context);
  const { parallel = profile.parallel, timeout = profile.timeout } = options;
  const settings: ServerSettings = {
    trust: {
      ca: readCertificates(options.cacert ?? profile.cacert),
      pins: readPins(options.pins.length > 0 ? options.pins : (profile.pins ?? []), context),
    },
    loginSource: chosenLogin(options, profile, hosts, context),
    timeoutMs: (timeout ?? STANDARD_TIMEOUT_SECONDS) * 1000,
    context,
  };
  return {
    hosts,
    isNamed: hosts.length > 1 || options.hosts.some((word) => word.includes('@')),
    parallel: parallel ?? STANDARD_PARALLEL,
    connect: (host) => new RemoteServer(host, settings),
  };
}

function chosenProfile({ profile: name, hosts }: RemoteOptions, context: RemoteEnvironment): Profile {
  const profiles = readProfiles(context);
  const found = Object.hasOwn(profiles, name ?? STANDARD_PROFILE)
    ? profiles[name ?? STANDARD_PROFILE]
    : undefined;
  if (name === undefined) return found === undefined ? {} : forItsOwn(found, hosts);
  if (found !== undefined) return found;
  const known = Object.keys(profiles).map(quote).join(', ');
  throw new SetupError(
    `There is no profile ${quote(name)} in ${quote(profilesPath(context))}. ` +
      (known === '' ? 'whmapi1 --configure writes one.' : `It has ${known}.`),
  );
}

/** Without an explicit profile, the default profile's token is sent only to the servers that the profile lists. */
function forItsOwn(profile: Profile, words: readonly string[]): Profile {
  if (words.length === 0) return {};
  const groups = groupsOf(profile);
  const own = new Set(readHosts(groups.all ?? [], {}).map(({ label }) => label));
  return readHosts(words, groups).every(({ label }) => own.has(label)) ? profile : { groups };
}

function chosenHosts(
  options: RemoteOptions,
  profile: Profile,
  { environment }: RemoteEnvironment,
): RemoteHost[] {
  const fromEnvironment = environment.WHMAPI1_HOST ?? '';
  const words =
    options.hosts.length > 0
      ? options.hosts
      : (profile.hosts ?? profile.groups) !== undefined
        ? ['@all']
        : [fromEnvironment];
  const hosts = readHosts(words, groupsOf(profile));
  if (hosts.length === 0) throw new SetupError('No server is named. Use --host.');
  return hosts;
}

/** The command line takes precedence over the profile, and the profile over the environment. */
function chosenLogin(
  { login, tokenFile }: RemoteOptions,
  profile: Profile,
  hosts: readonly RemoteHost[],
  context: RemoteEnvironment,
): LoginSource {
  const { WHMAPI1_TOKEN: fromEnvironment = '' } = context.environment;
  const user = login ?? profile.login ?? 'root';
  if (!/^[!-9;-~]{1,128}$/.test(user)) throw new SetupError(`${quote(user)} is not a valid username.`);
  const token =
    tokenFile === undefined
      ? (tokenOfProfile(profile, context.environment) ??
        (fromEnvironment === '' ? undefined : tokenIn(fromEnvironment, 'WHMAPI1_TOKEN')))
      : tokenInFile(tokenFile);
  return token === undefined
    ? new SessionLogin(user, context, hosts.length === 1)
    : new TokenLogin(user, token);
}

/** Reads a file of certificates. @throws SetupError */
export function readCertificates(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new SetupError(`The certificates in ${quote(path)} could not be read: ${(error as Error).message}`);
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new SetupError(`${quote(path)} does not contain a certificate (PEM).`);
}
