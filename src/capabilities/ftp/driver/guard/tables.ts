// The addresses that ProFTPD refuses: it reads these tables at each connection.
import type { Machine } from '../../../../core/machine.ts';
import type { Network, RefusedNetworks } from '../../../logins/rules/brute-force/networks.ts';
import {
  ALLOWED_HOSTS,
  DIRECTORIES,
  FOLDERS,
  forProftpd,
  LOGIN_LOG,
  LOGIN_LOG_FOLDER,
  loginLog,
  REFUSED_HOSTS,
} from '../proftpd/places.ts';

/** All programs of this server share these, so they are never refused. */
const OWN = ['127.0.0.0/255.0.0.0', '[::1]'];

export interface Tables {
  readonly allowed: string;
  readonly refused: string;
}

/**
 * @param own the addresses of this server.
 * @param countries the lines of refused countries (`renderNetworks`).
 */
export function renderTables(
  { allowed, refused }: RefusedNetworks,
  own: readonly string[],
  countries: string,
): Tables {
  const ownHosts = own.map((address) => (address.includes(':') ? `[${address}]` : address));
  return {
    allowed: render([...OWN, ...ownHosts, ...allowed.map(textOf)]),
    refused: renderNetworks(refused) + countries,
  };
}

export const renderNetworks = (networks: readonly Network[]): string => render(networks.map(textOf));

const render = (hosts: readonly string[]): string => hosts.map((host) => `proftpd: ${host}\n`).join('');

/** ProFTPD reads networks of IPv4 by their mask only: it would ignore “/24”. */
function textOf({ address, version, bits }: Network): string {
  if (version === 6) return bits === 128 ? `[${address}]` : `[${address}]/${bits}`;
  if (bits === 32) return address;
  const mask = [24, 16, 8, 0].map((shift) => ((2 ** 32 - 2 ** (32 - bits)) / 2 ** shift) & 0xff);
  return `${address}/${mask.join('.')}`;
}

export async function writeTables(
  machine: Pick<Machine, 'files'>,
  { allowed, refused }: Tables,
): Promise<void> {
  const files = await machine.files(DIRECTORIES);
  // An address that is on both must never be refused, also between the two.
  await files.write(ALLOWED_HOSTS, allowed, forProftpd);
  await files.write(REFUSED_HOSTS, refused, forProftpd);
}

/** Undefined before `prepareGuard` has created them. */
export async function readTables(machine: Pick<Machine, 'files'>): Promise<Tables | undefined> {
  const files = await machine.files(DIRECTORIES);
  const refused = await files.readText(REFUSED_HOSTS);
  return refused === undefined
    ? undefined
    : { allowed: (await files.readText(ALLOWED_HOSTS)) ?? '', refused };
}

/** Creates what ProFTPD reads and writes of it. Can be repeated. */
export async function prepareGuard(machine: Pick<Machine, 'files'>): Promise<void> {
  const files = await machine.files(DIRECTORIES);
  for (const { path, attributes } of FOLDERS) await files.makeDirectory(path, attributes);
  await files.makeDirectory(LOGIN_LOG_FOLDER, { mode: 0o755 });
  // ProFTPD would let everybody read it.
  if ((await files.facts(LOGIN_LOG)) === undefined) await files.write(LOGIN_LOG, '', loginLog);
  if ((await files.facts(REFUSED_HOSTS)) === undefined)
    await writeTables(machine, { allowed: '', refused: '' });
}
