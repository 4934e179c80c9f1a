import { defineFunction } from '../../core/define.ts';
import { networkEnded } from '../../capabilities/notify/rules/contact-form.ts';

export default defineFunction({
  name: 'verify_aim_access',
  since: null,
  summary: 'Send a test message to the AIM accounts that are stored for notifications.',
  description: 'AOL shut down AIM in December 2017. The call always fails, and says so.',
  access: 'root',
  effect: 'none',
  params: {},
  returns: { message_id: { type: 'string', doc: 'Never returned.' } },
  examples: [{ args: {}, doc: 'Learn that the network is gone.', fails: 'service_ended' }],

  handler() {
    throw networkEnded('AIM', 'December 2017');
  },
});
