import { defineFunction } from '../../core/define.ts';
import { changeGreylist } from '../../capabilities/mail/plans/change-greylist.ts';

export default defineFunction({
  name: 'disable_cpgreylist',
  since: 50,
  summary: 'Disable greylisting.',
  description: 'Settings, trusted hosts and what is known of senders stay.',
  destructive: 'Spam that is sent only once is no longer kept out, until enable_cpgreylist is called.',
  access: 'root',
  effect: 'operates',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'Disable it.' }],

  async handler(_args, context) {
    context.plan(await changeGreylist(context, { settings: { is_enabled: 0 } }));
  },
});
