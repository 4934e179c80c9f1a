import { defineUapi } from '../../core/define-uapi.ts';
import {
  mimeTypeRowFields,
  mimeTypeRows,
  originParam,
} from '../../capabilities/access-files/rules/type-rows.ts';

export default defineUapi({
  name: 'Mime::list_mime',
  since: 42,
  summary: 'List the MIME types of file names: those of the server, or those that the account has set.',
  feature: 'mime',
  role: 'WebServer',
  effect: 'reads',
  params: { type: { ...originParam, required: true } },
  returns: { list: { fields: mimeTypeRowFields }, doc: 'The MIME types.' },
  examples: [{ args: { type: 'user' }, doc: 'What the account has set.' }],

  look: ({ type }, context) => mimeTypeRows(context, type),
  handler: (_args, _context, rows) => rows,
});
