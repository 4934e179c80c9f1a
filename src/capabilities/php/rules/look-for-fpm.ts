// What php_fpm_config_set reads before its transaction: the directives of the version that runs.
import type { FreeContext } from '../../../core/context.ts';
import type { IniDirective } from './ini.ts';
import type { PhpReader } from './own-ini.ts';
import { assertSome, getVersion, newestOf, type PhpVersion } from './versions.ts';
import { readServer } from './settings.ts';
import { getOwner, hostsOf, readAccount } from './virtual-hosts.ts';

interface FoundForFpm {
  readonly installed: readonly PhpVersion[];
  /** Empty unless they are needed. */
  readonly directives: readonly IniDirective[];
  /** The home directory of the account with the domain. */
  readonly home: string | undefined;
}

/** @throws ApiError `not_found` for an unknown domain, or if this server has no PHP although it is needed. */
export async function lookForFpm(
  { machine, transaction, caller }: FreeContext,
  php: PhpReader,
  { domain, needsPhp }: { readonly domain: string | undefined; readonly needsPhp: boolean },
): Promise<FoundForFpm> {
  const installed = await php.findVersions(machine);
  const newest = newestOf(installed)?.id;
  const { version, home } = await transaction('reads', async (db) => {
    if (domain === undefined) {
      return { version: (await readServer(db)).defaultVersion ?? newest, home: undefined };
    }
    const account = await getOwner(db, caller, 'domain', domain);
    const host = hostsOf([await readAccount(db, account, newest)]).find(
      (one) => one.host.servername === domain,
    );
    return { version: host?.servedBy.version, home: account.home };
  });
  if (!needsPhp) return { installed, directives: [], home };
  assertSome(installed);
  const found = await php.readIni(machine, getVersion(installed, 'domain', version ?? ''));
  return { installed, directives: await found.directives(), home };
}
