import { defineFunction } from '../../core/define.ts';
import * as tfa from '../../capabilities/two-factor/rules/tfa.ts';

export default defineFunction({
  name: 'twofactorauth_enable_policy',
  since: 54,
  summary: 'Enable the two-factor authentication policy.',
  description:
    'Logins of users who have set up two-factor authentication then require a code. Setting it up stays optional.',
  access: 'root',
  effect: 'changes',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'Require codes from enrolled users.' }],

  async handler(_args, { db }) {
    await tfa.setPolicy(db, true);
  },
});
