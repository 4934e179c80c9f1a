import { defineFunction } from '../../core/define.ts';
import { endedLogin, networkEnded } from '../../capabilities/notify/rules/contact-form.ts';

export default defineFunction({
  name: 'verify_oscar_access',
  since: null,
  summary: 'Send a test message through ICQ with a given login.',
  description:
    'The networks that speak OSCAR no longer exist: AIM was shut down in December 2017, ICQ in June 2024. The call always fails, and says so.',
  access: 'root',
  effect: 'none',
  params: endedLogin,
  returns: { message_id: { type: 'string', doc: 'Never returned.' } },
  examples: [
    {
      args: { username: '123456', password: 'Example-1' },
      doc: 'Learn that the network is gone.',
      fails: 'service_ended',
    },
  ],

  handler() {
    throw networkEnded('ICQ, the last network that spoke OSCAR,', 'June 2024');
  },
});
