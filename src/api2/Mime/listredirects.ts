import { defineApi2 } from '../../core/define-uapi.ts';
import { redirectFields, redirectRows } from '../../capabilities/access-files/rules/redirect-rows.ts';

export default defineApi2({
  name: 'Mime::listredirects',
  since: null,
  summary: 'List the redirects of the account’s domains.',
  description: 'Only redirects that Mime::add_redirect made are listed.',
  feature: 'redirects',
  role: 'WebServer',
  effect: 'reads',
  params: { regex: { type: 'string', doc: 'Only redirects whose source contains this text. Default: all.' } },
  returns: { fields: redirectFields },
  examples: [{ args: {}, doc: 'All redirects.' }],

  look: (_args, context) => redirectRows(context),

  handler: ({ regex }, _context, rows) =>
    rows.filter(({ source }) => regex === undefined || source.includes(regex)),
});
