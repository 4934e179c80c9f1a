import { defineFunction } from '../../core/define.ts';
import * as tfa from '../../model/two-factor/tfa.ts';

export default defineFunction({
  name: 'twofactorauth_enable_policy',
  since: 54,
  summary: 'Turn the two-factor authentication policy on.',
  description:
    'From then on, logins of users who have set two-factor authentication up ask for a code. Nobody is made to set it up.',
  access: 'root',
  effect: 'changes',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'Ask enrolled users for codes.' }],

  async handler(_args, { db }) {
    await tfa.setPolicy(db, true);
  },
});
