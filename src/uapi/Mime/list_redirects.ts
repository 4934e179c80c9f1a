import { defineUapi } from '../../core/define-uapi.ts';
import { redirectFields, redirectRows } from '../../capabilities/access-files/rules/redirect-rows.ts';

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
    list: { fields: redirectFields },
    doc: 'The redirects.',
  },
  examples: [{ args: {}, doc: 'All redirects.' }],

  look: (_args, context) => redirectRows(context),

  handler({ destination: wanted, regex }, _context, rows) {
    return rows.filter(
      ({ destination, source }) =>
        (wanted === undefined || destination === wanted) && (regex === undefined || source.includes(regex)),
    );
  },
});
