import { defineFunction } from '../../core/define.ts';
import { receivesMail } from '../../capabilities/mail/rules/greylisting/form.ts';
import { configFields, configOf, read } from '../../capabilities/mail/rules/greylisting/settings.ts';

export default defineFunction({
  name: 'load_cpgreylist_config',
  since: 50,
  summary: 'Show the options of greylisting.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: { cpgreylist_config: { fields: configFields } },
  examples: [{ args: {}, doc: 'The options.' }],

  async handler(_args, context) {
    return { cpgreylist_config: configOf(await read(context.db), await receivesMail(context)) };
  },
});
