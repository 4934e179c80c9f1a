import { defineFunction } from '../../core/define.ts';
import * as tfa from '../../model/two-factor/tfa.ts';

export default defineFunction({
  name: 'twofactorauth_policy_status',
  since: 54,
  summary: 'Tell whether the two-factor authentication policy is on.',
  access: ['create-acct'],
  effect: 'reads',
  params: {},
  returns: { is_enabled: { type: 'flag', doc: '1 when logins ask enrolled users for codes.' } },
  examples: [{ args: {}, doc: 'Ask for the policy.' }],

  async handler(_args, { db }) {
    return { is_enabled: (await tfa.isPolicyEnabled(db)) ? 1 : 0 };
  },
});
