import { defineApi2 } from '../../core/define-uapi.ts';
import {
  chosenOrigins,
  mimeTypeRowFields,
  mimeTypeRows,
  originFlag,
} from '../../capabilities/access-files/rules/type-rows.ts';

export default defineApi2({
  name: 'Mime::listmime',
  since: null,
  summary: 'List the MIME types of file names: those of the server, and those that the account has set.',
  feature: 'mime',
  role: 'WebServer',
  effect: 'reads',
  params: {
    system: { ...originFlag, doc: 'yes: list those of the server.' },
    user: { ...originFlag, doc: 'yes: list those that the account has set. Default: all.' },
  },
  returns: { fields: mimeTypeRowFields },
  examples: [{ args: { user: 'yes' }, doc: 'What the account has set.' }],

  async look(args, context) {
    const lists = [];
    for (const origin of chosenOrigins(args)) lists.push(await mimeTypeRows(context, origin));
    return lists.flat();
  },
  handler: (_args, _context, rows) => rows,
});
