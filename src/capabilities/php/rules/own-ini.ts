// The file with directives that an account has for a virtual host, in its document root. PHP reads it itself, for each
// request, and ignores what only php.ini may set.
import type { FreeContext } from '../../../core/context.ts';
import { notFound } from '../../../core/errors.ts';
import type { Machine } from '../../../core/machine.ts';
import { readAccessFile, type AccessFile } from '../../access-files/rules/blocks.ts';
import type { FoundIni, IniDirective } from './ini.ts';
import { getOwnHost, readOwn } from './own-settings.ts';
import { getVersion, newestOf, type PhpVersion } from './versions.ts';
import { hostsOf, type HostOfAccount } from './virtual-hosts.ts';

export interface OwnIni {
  readonly host: HostOfAccount;
  readonly version: string;
  readonly found: FoundIni;
  readonly directives: readonly IniDirective[];
  readonly file: AccessFile;
}

/** What reads the PHP of the machine: `src/capabilities/php/driver/look-php.ts`. */
export interface PhpReader {
  readonly findVersions: (machine: Machine) => Promise<PhpVersion[]>;
  readonly readIni: (machine: Machine, version: PhpVersion) => Promise<FoundIni>;
}

/** The name of the file, as the configuration of PHP has it: `.user.ini`. Empty: PHP reads none. */
const nameIn = (directives: readonly IniDirective[]) =>
  directives.find(({ name }) => name === 'user_ini.filename')?.value ?? '';

/** Reads the file of a virtual host of the account that calls. @throws ApiError `not_found`, `bad_param`. */
export async function readOwnIni(
  { caller, machine, transaction }: FreeContext,
  php: PhpReader,
  vhost: string,
): Promise<OwnIni> {
  const installed = await php.findVersions(machine);
  const host = await transaction('reads', async (db) =>
    getOwnHost(await readOwn({ db, caller }, newestOf(installed)?.id), 'vhost', vhost),
  );
  const { found, directives, version } = await readVersion(machine, php, installed, host);
  const name = nameIn(directives);
  if (name === '') {
    throw notFound(
      'PHP reads no files with directives of accounts on this server: its administrator has emptied user_ini.filename.',
    );
  }
  const { runs, directives: ofPool } = host.servedBy;
  const accountDirectives = (home: string) => [
    ...found.accountDirectives(home),
    ...(runs?.runs === 'fpm' ? ofPool : []),
  ];
  const file = await readAccessFile(await machine.userFiles(caller.user), host.host.documentRoot, name);
  return { host, version: version.id, found: { ...found, accountDirectives }, directives, file };
}

async function readVersion(
  machine: Machine,
  { readIni }: PhpReader,
  installed: readonly PhpVersion[],
  { servedBy }: HostOfAccount,
): Promise<{ found: FoundIni; directives: readonly IniDirective[]; version: PhpVersion }> {
  const version = getVersion(installed, 'vhost', servedBy.version ?? '');
  const found = await readIni(machine, version);
  return { found, directives: await found.directives(), version };
}

export interface OwnIniPath {
  readonly host: HostOfAccount;
  readonly path: string;
}

/** The files of all virtual hosts of the account that calls, whether they exist or not. */
export async function listOwnIniPaths(
  { caller, machine, transaction }: FreeContext,
  php: PhpReader,
): Promise<OwnIniPath[]> {
  const installed = await php.findVersions(machine);
  const hosts = await transaction('reads', async (db) =>
    hostsOf([await readOwn({ db, caller }, newestOf(installed)?.id)]),
  );
  const names = new Map<string, string>();
  for (const { id } of installed) {
    const one = hosts.find(({ servedBy }) => servedBy.version === id);
    if (one !== undefined)
      names.set(id, nameIn((await readVersion(machine, php, installed, one)).directives));
  }
  return hosts.flatMap((host) => {
    const name = names.get(host.servedBy.version ?? '') ?? '';
    return name === '' ? [] : [{ host, path: `${host.host.documentRoot}/${name}` }];
  });
}
