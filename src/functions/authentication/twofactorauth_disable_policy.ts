import { defineFunction } from '../../core/define.ts';
import * as tfa from '../../model/two-factor/tfa.ts';

export default defineFunction({
  name: 'twofactorauth_disable_policy',
  since: 54,
  summary: 'Turn the two-factor authentication policy off.',
  description:
    'From then on, no login asks for a code. What users have set up is kept, and counts again when the policy is turned on.',
  destructive: 'Every login works with the password alone until twofactorauth_enable_policy is called.',
  access: 'root',
  effect: 'changes',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'Stop asking for codes.' }],

  async handler(_args, { db }) {
    await tfa.setPolicy(db, false);
  },
});
