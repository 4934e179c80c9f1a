import { defineFunction } from '../../core/define.ts';
import { receivesMail } from '../../capabilities/mail/rules/greylisting/form.ts';
import { configFields, configOf, read } from '../../capabilities/mail/rules/greylisting/settings.ts';

export default defineFunction({
  name: 'cpgreylist_status',
  since: 50,
  summary: 'Show whether greylisting is enabled.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: {
    is_enabled: configFields.is_enabled,
    is_exim_enabled: configFields.is_exim_enabled,
    service: { type: 'string', doc: 'The name of the service: always cpgreylistd.' },
  },
  examples: [{ args: {}, doc: 'The status.' }],

  async handler(_args, context) {
    const { is_enabled, is_exim_enabled } = configOf(await read(context.db), await receivesMail(context));
    return { is_enabled, is_exim_enabled, service: 'cpgreylistd' };
  },
});
