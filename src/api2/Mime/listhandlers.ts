import { defineApi2 } from '../../core/define-uapi.ts';
import {
  chosenOrigins,
  handlerRowFields,
  handlerRows,
  originFlag,
} from '../../capabilities/access-files/rules/type-rows.ts';

export default defineApi2({
  name: 'Mime::listhandlers',
  since: null,
  summary: 'List the handlers of file names: those of the server, and those that the account has set.',
  feature: 'handlers',
  role: 'WebServer',
  effect: 'reads',
  params: {
    system: { ...originFlag, doc: 'yes: list those of the server.' },
    user: { ...originFlag, doc: 'yes: list those that the account has set. Default: all.' },
  },
  returns: { fields: handlerRowFields },
  examples: [{ args: { user: 'yes' }, doc: 'What the account has set.' }],

  async look(args, context) {
    const lists = [];
    for (const origin of chosenOrigins(args)) lists.push(await handlerRows(context, origin));
    return lists.flat();
  },
  handler: (_args, _context, rows) => rows,
});
