// How UAPI and API 2 list redirects.
import type { FreeContext } from '../../../core/context.ts';
import { ownHosts, readAccessFile } from './blocks.ts';
import { FLAGS, redirectsIn } from './redirects.ts';

export const redirectFields = {
  domain: { type: 'string', doc: 'The domain.' },
  displaydomain: { type: 'string', doc: 'The same as “domain”.' },
  urldomain: { type: 'string', doc: 'The same as “domain”.' },
  source: { type: 'string', doc: 'The path that is redirected.' },
  sourceurl: { type: 'string', doc: 'The same as “source”.' },
  displaysourceurl: { type: 'string', doc: 'The same as “source”.' },
  destination: { type: 'string', doc: 'The URL to go to.' },
  targeturl: { type: 'string', doc: 'The same as “destination”.' },
  docroot: { type: 'string', doc: 'The document root of the domain.' },
  type: { type: 'string', doc: 'permanent or temporary.' },
  statuscode: { type: 'string', doc: '301 or 302.' },
  kind: { type: 'string', doc: 'Always rewrite: the module of Apache.' },
  opts: { type: 'string', doc: 'The flags of Apache’s RewriteRule besides the status code: L,NE.' },
  wildcard: { type: 'flag', doc: '1: everything below the path is redirected too.' },
  wildcard_text: { type: 'string', doc: '“checked” if “wildcard” is 1, otherwise empty: for a check box.' },
  matchwww: { type: 'flag', doc: '1: the name with “www.” is redirected.' },
  matchwww_text: { type: 'string', doc: '“checked” if “matchwww” is 1, otherwise empty: for a check box.' },
} as const;

/** Returns the redirects of all websites of the account that calls. */
export async function redirectRows(context: FreeContext) {
  const { hosts, files } = await ownHosts(context);
  const found = new Map<string, string>();
  for (const { documentRoot } of hosts)
    if (!found.has(documentRoot)) found.set(documentRoot, (await readAccessFile(files, documentRoot)).text);
  return [...found].flatMap(([docroot, text]) =>
    redirectsIn(text).map(({ domain, source, destination, type, isWildcard, www }) => ({
      ...{ domain, displaydomain: domain, urldomain: domain },
      ...{ source, sourceurl: source, displaysourceurl: source },
      ...{ destination, targeturl: destination, docroot, type },
      statuscode: type === 'permanent' ? '301' : '302',
      kind: 'rewrite',
      opts: FLAGS,
      ...{ wildcard: Number(isWildcard), wildcard_text: checked(isWildcard) },
      ...{ matchwww: Number(www !== 1), matchwww_text: checked(www !== 1) },
    })),
  );
}

const checked = (isOn: boolean) => (isOn ? 'checked' : '');
