// Which PHP serves each virtual host of an account: the version, how it runs, and why.
import type { Db } from '../../../core/context.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import type { Renames } from '../../domains/rules/renamed-domains.ts';
import { virtualHostsOf, type VirtualHost } from '../../domains/rules/virtual-hosts.ts';
import { parametersIn, settingsFor } from './fpm-settings.ts';
import type { AccountDirective } from './ini.ts';
import {
  listHosts,
  listHostsOfEach,
  noParameters,
  readHandlers,
  readServer,
  type HostPhp,
  type PoolParameters,
  type ServerPhp,
} from './settings.ts';
import { socketOf } from './sockets.ts';
import { ALL_POOLS, readAllFpmSettings, readFpmSettings, type FpmSettings } from './stored-fpm-settings.ts';
import { releaseOf } from './versions.ts';

export type Host = Pick<VirtualHost, 'servername' | 'documentRoot'>;

/** What runs the PHP files of a virtual host. */
export type WebPhp =
  /** A pool of PHP-FPM listens on this socket, an absolute path. */
  | { readonly runs: 'fpm'; readonly version: string; readonly socket: string }
  /** Each request runs a program, an absolute path, as the account's user. */
  | { readonly runs: 'cgi'; readonly version: string; readonly binary: string };

/** Everything that is stored about the PHP of an account's virtual hosts. */
export interface PhpState {
  readonly server: ServerPhp;
  /** By version. */
  readonly handlers: ReadonlyMap<string, string>;
  /** By servername. */
  readonly hosts: ReadonlyMap<string, HostPhp>;
  readonly fpm: FpmSettings;
}

/** What is chosen for a virtual host. */
export interface Chosen {
  /** Undefined if this server has no default version. */
  readonly version: string | undefined;
  /** The virtual host whose setting decides the version. Undefined: the server's default decides. */
  readonly decidedBy: string | undefined;
  readonly usesFpm: boolean;
  readonly parameters: PoolParameters;
}

export interface ServedBy extends Chosen {
  readonly servername: string;
  /** What its pool sets, besides what all pools of accounts set. */
  readonly directives: readonly AccountDirective[];
  /** Null: PHP does not run. */
  readonly runs: WebPhp | null;
}

/**
 * @param newest the version that becomes the default if none is stored yet.
 */
export async function readState(db: Db, username: string, newest?: string): Promise<PhpState> {
  const server = await readServer(db);
  return {
    server: { ...server, defaultVersion: server.defaultVersion ?? newest ?? null },
    handlers: await readHandlers(db),
    hosts: new Map((await listHosts(db, username)).map((host) => [host.servername, host])),
    fpm: await readFpmSettings(db, username),
  };
}

/** The same for several accounts, with a few queries for all of them. */
export async function readStates(
  db: Db,
  usernames: readonly string[],
  newest?: string,
): Promise<(username: string) => PhpState> {
  const server = await readServer(db);
  const handlers = await readHandlers(db);
  const hosts = await listHostsOfEach(db, usernames);
  const fpm = await readAllFpmSettings(db);
  const common = {
    server: { ...server, defaultVersion: server.defaultVersion ?? newest ?? null },
    handlers,
    hosts: new Map<string, HostPhp>(),
    fpm: fpm(''),
  };
  const states = new Map<string, PhpState>();
  for (const username of usernames) {
    const own = hosts.get(username);
    const state = { ...common, fpm: fpm(username) };
    if (own !== undefined) {
      states.set(username, { ...state, hosts: new Map(own.map((host) => [host.servername, host])) });
    } else if (state.fpm !== common.fpm) states.set(username, state);
  }
  return (username) => states.get(username) ?? common;
}

/** By servername. */
export function resolve(state: PhpState, hosts: readonly Host[]): ReadonlyMap<string, ServedBy> {
  const folders = byFolder(hosts);
  return new Map(hosts.map((host) => [host.servername, resolveOne(state, folders, host)]));
}

/** One of the virtual hosts of an account. */
function resolveOne(state: PhpState, folders: HostsByFolder, host: Host): ServedBy {
  const { servername } = host;
  const chosen = chosenFor({ ...state, forAll: parametersForAll(state.fpm) }, folders, host);
  const { version, usesFpm } = chosen;
  return {
    servername,
    ...chosen,
    directives: settingsFor(state.fpm, servername)
      .filter(({ kind }) => kind !== 0)
      .map(({ name, value, kind }) => ({ name, value, isFixed: kind === 1 })),
    runs: version === undefined ? null : runningOf(state, { servername, version, usesFpm }),
  };
}

/** The options that are set for all pools. */
export function parametersForAll(fpm: FpmSettings): PoolParameters {
  return parametersIn(fpm.get(ALL_POOLS) ?? []);
}

/** What is chosen for one of the virtual hosts of an account. Of the others, only those that set a version count. */
function chosenFor(
  state: Pick<PhpState, 'server' | 'hosts'> & { readonly forAll: PoolParameters },
  folders: HostsByFolder,
  host: Host,
): Chosen {
  const own = state.hosts.get(host.servername);
  const { forAll } = state;
  const decisive = [host, ...enclosing(folders, host)].find(
    (one) => (state.hosts.get(one.servername)?.version ?? null) !== null,
  );
  const decidedBy = decisive?.servername;
  const chosen = decidedBy === undefined ? null : (state.hosts.get(decidedBy)?.version ?? null);
  const { maxChildren, maxRequests, idleTimeout } = own ?? noParameters;
  return {
    version: chosen ?? state.server.defaultVersion ?? undefined,
    decidedBy,
    usesFpm: own?.usesFpm ?? state.server.isFpmDefault,
    parameters: {
      maxChildren: maxChildren ?? forAll.maxChildren,
      maxRequests: maxRequests ?? forAll.maxRequests,
      idleTimeout: idleTimeout ?? forAll.idleTimeout,
    },
  };
}

type HostsByFolder = ReadonlyMap<string, readonly Host[]>;

/** The virtual hosts by their document roots. */
function byFolder(hosts: readonly Host[]): HostsByFolder {
  const found = new Map<string, Host[]>();
  for (const host of hosts) {
    const others = found.get(host.documentRoot);
    if (others === undefined) found.set(host.documentRoot, [host]);
    else others.push(host);
  }
  return found;
}

/**
 * The virtual hosts whose document roots contain that of this one, the nearest first: as in WHM, a site in a folder of
 * another site inherits its version.
 */
function enclosing(folders: HostsByFolder, { documentRoot }: Host): Host[] {
  const found: Host[] = [];
  for (let end = documentRoot.lastIndexOf('/'); end > 0; end = documentRoot.lastIndexOf('/', end - 1))
    found.push(...(folders.get(documentRoot.slice(0, end)) ?? []));
  return found;
}

function runningOf(
  { handlers }: PhpState,
  { servername, version, usesFpm }: { servername: string; version: string; usesFpm: boolean },
): WebPhp | null {
  if (usesFpm) return { runs: 'fpm', version, socket: socketOf(version, servername) };
  if (handlers.get(version) !== 'cgi') return null;
  return { runs: 'cgi', version, binary: `/usr/bin/php-cgi${releaseOf(version)}` };
}

export interface PhpQuery {
  /** The account as it is stored, if its name changes. */
  readonly before: Pick<Account, 'username'>;
  /** The domains that get another name. Default: none. */
  readonly renames?: Renames;
  readonly hosts: readonly Host[];
  /** See `readState`. */
  readonly newest?: string | undefined;
}

/** By servername. Null: PHP does not run. */
export async function phpOf(
  db: Db,
  { before, renames, hosts, newest }: PhpQuery,
): Promise<ReadonlyMap<string, WebPhp | null>> {
  const state = await readState(db, before.username, newest);
  return runsIn(withRenames(state, renames ?? new Map()), hosts);
}

/** By servername. Null: PHP does not run. */
export function runsIn(state: PhpState, hosts: readonly Host[]): ReadonlyMap<string, WebPhp | null> {
  return new Map([...resolve(state, hosts)].map(([servername, { runs }]) => [servername, runs]));
}

/** The settings with which a virtual host of an account moves to another account. */
export async function settingsOfHost(
  db: Db,
  account: Account,
  servername: string,
  to: Pick<HostPhp, 'username' | 'servername'>,
): Promise<HostPhp> {
  const served = resolve(await readState(db, account.username), await virtualHostsOf(db, account)).get(
    servername,
  );
  if (served === undefined) throw new TypeError(`${servername} is no virtual host of ${account.username}.`);
  const { version = null, decidedBy, usesFpm, parameters } = served;
  return { ...to, version: decidedBy === undefined ? null : version, usesFpm, ...parameters };
}

/** The state with other settings of a virtual host. */
export function withHost(state: PhpState, host: HostPhp | undefined): PhpState {
  return host === undefined ? state : { ...state, hosts: new Map([...state.hosts, [host.servername, host]]) };
}

/** The state once virtual hosts have other names: the new ones have the settings of the former ones. */
export function withRenames(state: PhpState, renames: Renames): PhpState {
  if (renames.size === 0) return state;
  const gone = new Set([...renames.keys(), ...renames.values()]);
  const hosts = new Map([...state.hosts].filter(([servername]) => !gone.has(servername)));
  const fpm = new Map([...state.fpm].filter(([servername]) => !gone.has(servername)));
  for (const [from, to] of renames) {
    const [own, ownFpm] = [state.hosts.get(from), state.fpm.get(from)];
    if (own !== undefined) hosts.set(to, { ...own, servername: to });
    if (ownFpm !== undefined) fpm.set(to, ownFpm);
  }
  return { ...state, hosts, fpm };
}
