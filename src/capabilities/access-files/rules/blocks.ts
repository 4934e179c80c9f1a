// Our parts of an account's .htaccess. Each is between two comments; all other lines are the account's, and stay as they
// are.
import type { FreeContext } from '../../../core/context.ts';
import { badParam } from '../../../core/errors.ts';
import type { MachineUserFiles } from '../../../core/machine-user-files.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import { virtualHostsOf, type VirtualHost } from '../../domains/rules/virtual-hosts.ts';

const MAX_BYTES = 1024 * 1024;
const begin = (name: string) => `# BEGIN whmapi1 ${name}`;
const end = (name: string) => `# END whmapi1 ${name}`;

export interface AccessFile {
  /** Absolute: `/home/bob/public_html/.htaccess`. */
  readonly path: string;
  /** Empty if there is no file. */
  readonly text: string;
}

/** The lines of our part. Empty if there is none. */
export function blockIn(text: string, name: string): string[] {
  const lines = text.split('\n');
  const [from, to] = [lines.indexOf(begin(name)), lines.indexOf(end(name))];
  return from < 0 || to < from ? [] : lines.slice(from + 1, to);
}

/** Replaces our part, at the beginning of the file, or removes it if it has no lines. */
export function withBlock(text: string, name: string, block: readonly string[]): string {
  const lines = text.split('\n');
  const [from, to] = [lines.indexOf(begin(name)), lines.indexOf(end(name))];
  const isThere = from >= 0 && to >= from;
  const others = isThere ? [...lines.slice(0, from), ...lines.slice(to + 1)] : lines;
  const rest = others.join('\n');
  return block.length === 0 ? rest : [begin(name), ...block, end(name), rest].join('\n');
}

/** @throws ApiError `bad_param` if the file cannot be edited as text. */
export async function readAccessFile(
  files: MachineUserFiles,
  directory: string,
  name = '.htaccess',
): Promise<AccessFile> {
  const path = `${directory}/${name}`;
  const found = await files.read(path, MAX_BYTES);
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(found?.content);
    return { path, text };
  } catch {
    throw badParam(`“${path}” has bytes that are not UTF-8, so it is not changed.`);
  }
}

/** The virtual hosts of the account that calls, and its files. */
export async function ownHosts({ caller, machine, transaction }: FreeContext) {
  const hosts = await transaction('reads', async (db) =>
    virtualHostsOf(db, await accounts.getOwn(db, caller)),
  );
  return { hosts, files: await machine.userFiles(caller.user) };
}

/** @throws ApiError `bad_param` if the account does not have the domain. */
export function hostOf(hosts: readonly VirtualHost[], domain: string): VirtualHost {
  const host = hosts.find(({ servername, aliases }) => servername === domain || aliases.includes(domain));
  if (host === undefined) {
    throw badParam(
      `The account has no website for the domain “${domain}”. DomainInfo::list_domains lists its domains.`,
    );
  }
  return host;
}

/** The document roots that are in no other one: their files apply to all websites of the account. */
function outerRoots(hosts: readonly VirtualHost[]): string[] {
  const roots = [...new Set(hosts.map(({ documentRoot }) => documentRoot))];
  return roots.filter((root) => !roots.some((other) => root.startsWith(`${other}/`)));
}

/** The files that apply to all websites of the account that calls. */
export async function ownAccessFiles(context: FreeContext): Promise<AccessFile[]> {
  const { hosts, files } = await ownHosts(context);
  const found: AccessFile[] = [];
  for (const root of outerRoots(hosts)) found.push(await readAccessFile(files, root));
  return found;
}

/** The files with another text, for `changeAccessFiles`. */
export function edited(files: readonly AccessFile[], edit: (text: string) => string) {
  return files.map(({ path, text }) => ({ path, before: text, after: edit(text) }));
}
