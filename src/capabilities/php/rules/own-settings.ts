// The PHP settings that an account changes itself: the versions of its virtual hosts, and a file with directives in the
// document root of each one, which PHP reads for every request.
import type { CallerStore, Context } from '../../../core/context.ts';
import type { Param } from '../../../core/define.ts';
import { badParam, notFound } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import { hostName } from '../../../ground/rules/accounts/names.ts';
import { DEFAULT_HANDLER } from './handlers.ts';
import {
  edit,
  isDirectiveOfAccounts,
  typeOf,
  type FoundIni,
  type IniDirective,
  type Setting,
} from './ini.ts';
import { resolve, type ServedBy } from './served-by.ts';
import { hostsOf, readAccount, type AccountPhp, type HostOfAccount } from './virtual-hosts.ts';

/** The directives that the editor of cPanel shows first. */
export const basicDirectives: readonly string[] = [
  ...['allow_url_fopen', 'allow_url_include', 'asp_tags', 'display_errors', 'enable_dl', 'file_uploads'],
  ...['max_execution_time', 'max_input_time', 'max_input_vars', 'memory_limit', 'post_max_size'],
  ...['session.gc_maxlifetime', 'session.save_path', 'upload_max_filesize', 'zlib.output_compression'],
];

/** Which file of the account a function is about. */
export const placeParams = {
  type: {
    type: 'string',
    required: true,
    values: ['home', 'vhost'],
    doc:
      'vhost: the file in the document root of a virtual host. home: a file for the whole account, which PHP does not ' +
      'read on this server, so only “vhost” is accepted.',
  },
  vhost: {
    ...hostName,
    doc: 'A virtual host of the account, as LangPHP::php_get_vhost_versions returns it. Required with type=vhost.',
  },
} as const satisfies Readonly<Record<string, Param>>;

/** @throws ApiError `bad_param` without a virtual host. */
export function vhostOf({
  type,
  vhost,
}: {
  readonly type: string;
  readonly vhost: string | undefined;
}): string {
  if (type !== 'vhost') {
    throw badParam(
      'PHP reads no file in the home directory on this server. Use type=vhost, with the parameter “vhost”, for each ' +
        'virtual host. LangPHP::php_ini_get_user_paths lists the files.',
    );
  }
  if (vhost !== undefined) return vhost;
  throw badParam('The parameter “vhost” is required with type=vhost.');
}

/** The account that calls. @param newest see `readState`. */
export async function readOwn({ db, caller }: CallerStore, newest: string | undefined): Promise<AccountPhp> {
  return readAccount(db, await accounts.getOwn(db, caller), newest);
}

/** @throws ApiError `not_found` if the account has no such virtual host. */
export function getOwnHost(own: AccountPhp, param: string, name: string): HostOfAccount {
  const hosts = hostsOf([own]);
  const found = hosts.find(({ host }) => host.servername === name);
  if (found !== undefined) return found;
  const serving = hosts.find(({ host }) => host.aliases.includes(name));
  if (serving === undefined) {
    throw notFound(
      `The account has no virtual host ${quote(name)}. LangPHP::php_get_vhost_versions lists its virtual hosts.`,
    );
  }
  throw badParam(
    `The parameter “${param}” should be a virtual host. The domain ${quote(name)} is an alias of ` +
      `“${serving.host.servername}”.`,
  );
}

/** How PHP runs for a virtual host: `fpm`, or a handler. */
export function handlerOf({ runs }: Pick<ServedBy, 'runs'>): string {
  return runs?.runs ?? DEFAULT_HANDLER;
}

/** Why a file of the account cannot set a directive. Undefined if it can. */
export function whyNotOwn(
  name: string,
  known: readonly IniDirective[],
  found: Pick<FoundIni, 'php' | 'accountDirectives'>,
): string | undefined {
  const directive = known.find((one) => one.name === name);
  if (directive === undefined) return `PHP ${found.php.release} has no directive ${quote(name)}.`;
  const isFixed = found.accountDirectives('').some((one) => one.name === name && one.isFixed);
  if (isFixed || !isDirectiveOfAccounts(directive)) {
    return `Only the administrator of this server can set the directive “${name}”.`;
  }
  return undefined;
}

/** The text of a file of the account with new values. @throws ApiError `bad_param` */
export function editOwn(
  { path, text }: { readonly path: string; readonly text: string },
  settings: readonly Setting[],
  known: readonly IniDirective[],
  found: Pick<FoundIni, 'php' | 'accountDirectives' | 'parse'>,
): Promise<string> {
  const changes = settings.map((setting) => {
    const why = whyNotOwn(setting.name, known, found);
    const directive = known.find(({ name }) => name === setting.name);
    if (why !== undefined || directive === undefined) {
      throw badParam(`${why ?? ''} LangPHP::php_ini_get_user_basic_directives lists directives.`);
    }
    return { ...setting, type: typeOf(directive) };
  });
  const file = { path, content: text, digest: null };
  return edit(file, changes, found.parse, 'LangPHP::php_ini_set_user_content');
}

/** The directives with the values that they have for a virtual host. `own`: what PHP finds in the account's file. */
export function withOwnValues(
  known: readonly IniDirective[],
  own: Readonly<Record<string, unknown>>,
  found: Pick<FoundIni, 'accountDirectives'>,
  home: string,
): IniDirective[] {
  const given = new Map(found.accountDirectives(home).map((one) => [one.name, one]));
  return known.map((one) => {
    const set = given.get(one.name);
    const isChangeable = isDirectiveOfAccounts(one) && set?.isFixed !== true;
    const value = own[one.name];
    if (!isChangeable || typeof value !== 'string')
      return set === undefined ? one : { ...one, value: set.value };
    const isFlag = typeOf(one) === 'boolean';
    if (isFlag && /^1?$/.test(value)) return { ...one, value: value === '1' ? 'On' : 'Off' };
    return { ...one, value };
  });
}

/** The virtual hosts whose version one of these decides, or the server's default. */
export function impactedBy(
  own: AccountPhp,
  domains: readonly string[],
  followsServer: boolean,
): readonly string[] {
  return [...resolve(own.state, own.hosts).values()]
    .filter(({ decidedBy }) => (decidedBy === undefined ? followsServer : domains.includes(decidedBy)))
    .map(({ servername }) => servername)
    .sort();
}

interface Own {
  readonly host: HostOfAccount;
  readonly version: string;
  readonly directives: readonly IniDirective[];
  readonly file: { readonly path: string };
}

/** The block that functions about the file of a virtual host add to their metadata. */
export const metadataOf = ({ host, version, file }: Pick<Own, 'host' | 'version' | 'file'>) => ({
  LangPHP: { path: file.path, phpversion: version, type: 'vhost', vhost: host.host.servername },
});

/** Says when a new file takes effect. */
export function informOwn({ addMetadata, inform, warn }: Context, own: Own): void {
  addMetadata(metadataOf(own));
  const seconds = own.directives.find(({ name }) => name === 'user_ini.cache_ttl')?.value ?? '';
  if (own.host.servedBy.runs === null) {
    warn(`PHP does not run for “${own.host.host.servername}”, so “${own.file.path}” has no effect.`);
  } else if (own.host.servedBy.runs.runs === 'fpm' && Number(seconds) > 0) {
    inform(`A running process of PHP reads the file again after at most ${seconds} seconds.`);
  }
}
