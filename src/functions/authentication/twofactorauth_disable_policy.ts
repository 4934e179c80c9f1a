import { defineFunction } from '../../core/define.ts';
import * as tfa from '../../capabilities/two-factor/rules/tfa.ts';

export default defineFunction({
  name: 'twofactorauth_disable_policy',
  since: 54,
  summary: 'Disable the two-factor authentication policy.',
  description:
    'Logins no longer require a code. The users’ setup is kept and applies again when the policy is enabled.',
  destructive: 'All logins require only the password until twofactorauth_enable_policy is called.',
  access: 'root',
  effect: 'changes',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'Stop requiring codes.' }],

  async handler(_args, { db }) {
    await tfa.setPolicy(db, false);
  },
});
