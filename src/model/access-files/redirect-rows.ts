// How UAPI and API 2 list redirects.
import type { FreeContext } from '../../core/context.ts';
import { ownHosts, readAccessFile } from './blocks.ts';
import { redirectsIn } from './redirects.ts';

export const redirectFields = {
  domain: { type: 'string', doc: 'The domain.' },
  source: { type: 'string', doc: 'The path that is redirected.' },
  sourceurl: { type: 'string', doc: 'The same as “source”.' },
  destination: { type: 'string', doc: 'The URL to go to.' },
  targeturl: { type: 'string', doc: 'The same as “destination”.' },
  docroot: { type: 'string', doc: 'The document root of the domain.' },
  type: { type: 'string', doc: 'permanent or temporary.' },
  statuscode: { type: 'string', doc: '301 or 302.' },
  kind: { type: 'string', doc: 'Always rewrite: the module of Apache.' },
  wildcard: { type: 'flag', doc: '1: everything below the path is redirected too.' },
  matchwww: { type: 'flag', doc: '1: the name with “www.” is redirected.' },
} as const;

/** Of all websites of the account that calls. */
export async function redirectRows(context: FreeContext) {
  const { hosts, files } = await ownHosts(context);
  const found = new Map<string, string>();
  for (const { documentRoot } of hosts)
    if (!found.has(documentRoot)) found.set(documentRoot, (await readAccessFile(files, documentRoot)).text);
  return [...found].flatMap(([docroot, text]) =>
    redirectsIn(text).map(({ domain, source, destination, type, isWildcard, www }) => ({
      ...{ domain, source, sourceurl: source, destination, targeturl: destination, docroot, type },
      statuscode: type === 'permanent' ? '301' : '302',
      kind: 'rewrite',
      wildcard: isWildcard ? (1 as const) : (0 as const),
      matchwww: www === 1 ? (0 as const) : (1 as const),
    })),
  );
}
