import { defineUapi } from '../../core/define-uapi.ts';
import { receivesMail } from '../../capabilities/mail/rules/greylisting/form.ts';
import { FEATURE } from '../../capabilities/mail/rules/greylisting/own-domains.ts';
import { configOf, read } from '../../capabilities/mail/rules/greylisting/settings.ts';

export default defineUapi({
  name: 'cPGreyList::has_greylisting_enabled',
  since: 50,
  summary: 'Show whether this server greylists mail.',
  description: 'Each domain can be excepted from it.',
  feature: FEATURE,
  effect: 'reads',
  params: {},
  returns: { fields: { enabled: { type: 'flag', doc: 'Whether it does.' } } },
  examples: [{ args: {}, doc: 'The status.' }],

  async handler(_args, context) {
    return { enabled: configOf(await read(context.db), await receivesMail(context)).is_exim_enabled };
  },
});
