import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as featureOverrides from '../../capabilities/accounts/rules/features/overrides.ts';

export default defineUapi({
  name: 'Features::list_features',
  since: 42,
  summary: 'Show which features the account has.',
  effect: 'reads',
  params: {},
  returns: { keys: 'FEATURE', map: { type: 'flag' }, doc: '1 for each feature that the account has.' },
  examples: [{ args: {}, doc: 'All features.' }],

  async handler(_args, { db, caller }) {
    const features = await featureOverrides.ofAccount(db, await accounts.getOwn(db, caller));
    return Object.fromEntries([...features].map(([id, has]) => [id, Number(has)]));
  },
});
