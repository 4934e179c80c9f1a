import { defineUapi } from '../../core/define-uapi.ts';
import {
  handlerRowFields,
  handlerRows,
  originParam,
} from '../../capabilities/access-files/rules/type-rows.ts';

export default defineUapi({
  name: 'Mime::list_handlers',
  since: 42,
  summary: 'List the handlers of file names: those of the server, or those that the account has set.',
  feature: 'handlers',
  role: 'WebServer',
  effect: 'reads',
  params: { type: { ...originParam, required: true } },
  returns: { list: { fields: handlerRowFields }, doc: 'The handlers.' },
  examples: [{ args: { type: 'user' }, doc: 'What the account has set.' }],

  look: ({ type }, context) => handlerRows(context, type),
  handler: (_args, _context, rows) => rows,
});
