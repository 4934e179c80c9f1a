import { defineUapi } from '../../core/define-uapi.ts';
import { ownHosts, readAccessFile } from '../../model/access-files/blocks.ts';
import { redirectsIn } from '../../model/access-files/redirects.ts';

export default defineUapi({
  name: 'Mime::list_redirects',
  since: 42,
  summary: 'List the redirects of the account’s domains.',
  description:
    'Only redirects that Mime::add_redirect made are listed, and not those in other lines of .htaccess.',
  feature: 'redirects',
  role: 'WebServer',
  effect: 'reads',
  params: {
    destination: { type: 'string', doc: 'Only redirects to this URL. Default: all.' },
    regex: {
      type: 'string',
      doc: 'Only redirects whose source contains this text. Default: all.',
    },
  },
  returns: {
    list: {
      fields: {
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
      },
    },
    doc: 'The redirects.',
  },
  examples: [{ args: {}, doc: 'All redirects.' }],

  async look(_args, context) {
    const { hosts, files } = await ownHosts(context);
    const found = new Map<string, string>();
    for (const { documentRoot } of hosts)
      if (!found.has(documentRoot)) found.set(documentRoot, (await readAccessFile(files, documentRoot)).text);
    return found;
  },
  handler({ destination: wanted, regex }, _context, found) {
    const rows = [...found].flatMap(([docroot, text]) =>
      redirectsIn(text).map(({ domain, source, destination, type, isWildcard, www }) => ({
        ...{ domain, source, sourceurl: source, destination, targeturl: destination, docroot, type },
        statuscode: type === 'permanent' ? '301' : '302',
        kind: 'rewrite',
        wildcard: isWildcard ? (1 as const) : (0 as const),
        matchwww: www === 1 ? (0 as const) : (1 as const),
      })),
    );
    return rows.filter(
      ({ destination, source }) =>
        (wanted === undefined || destination === wanted) && (regex === undefined || source.includes(regex)),
    );
  },
});
