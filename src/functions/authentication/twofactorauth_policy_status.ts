import { defineFunction } from '../../core/define.ts';
import * as tfa from '../../capabilities/two-factor/rules/tfa.ts';

export default defineFunction({
  name: 'twofactorauth_policy_status',
  since: 54,
  summary: 'Check whether the two-factor authentication policy is enabled.',
  access: ['create-acct'],
  effect: 'reads',
  params: {},
  returns: { is_enabled: { type: 'flag', doc: '1 if logins require codes from enrolled users.' } },
  examples: [{ args: {}, doc: 'Check the policy.' }],

  async handler(_args, { db }) {
    return { is_enabled: (await tfa.isPolicyEnabled(db)) ? 1 : 0 };
  },
});
