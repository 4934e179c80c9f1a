import { defineFunction } from '../../core/define.ts';
import { networkEnded } from '../../capabilities/notify/rules/contact-form.ts';

export default defineFunction({
  name: 'verify_icq_access',
  since: null,
  summary: 'Send a test message to the ICQ accounts that are stored for notifications.',
  description: 'ICQ was shut down in June 2024. The call always fails, and says so.',
  access: 'root',
  effect: 'none',
  params: {},
  returns: { message_id: { type: 'string', doc: 'Never returned.' } },
  examples: [{ args: {}, doc: 'Learn that the network is gone.', fails: 'service_ended' }],

  handler() {
    throw networkEnded('ICQ', 'June 2024');
  },
});
