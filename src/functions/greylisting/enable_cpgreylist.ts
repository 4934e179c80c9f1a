import { defineFunction } from '../../core/define.ts';
import { changeGreylist } from '../../capabilities/mail/plans/change-greylist.ts';

export default defineFunction({
  name: 'enable_cpgreylist',
  since: 50,
  summary: 'Enable greylisting.',
  description:
    'The first mail of an unknown sender is deferred, and accepted when its server tries again. Exim keeps the ' +
    'network of the sending server (/24, or /64 for IPv6), the sender and the recipient. Mail of logged-in users, of ' +
    'this server and of trusted hosts is never deferred.',
  access: 'root',
  effect: 'operates',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'Enable it.' }],

  async handler(_args, context) {
    context.plan(await changeGreylist(context, { settings: { is_enabled: 1 } }));
  },
});
