import { defineUapi } from '../../core/define-uapi.ts';
import { denied, notFound } from '../../core/errors.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { isFeature } from '../../capabilities/accounts/rules/features/catalogue.ts';
import { describeUnknown } from '../../capabilities/accounts/rules/features/ids.ts';
import * as featureOverrides from '../../capabilities/accounts/rules/features/overrides.ts';

export default defineUapi({
  name: 'Features::has_feature',
  since: 42,
  summary: 'Check whether the account has a feature.',
  description: 'The call succeeds if the account has it, and otherwise fails.',
  effect: 'reads',
  params: { name: { type: 'string', required: true, maxLength: 128, doc: 'The feature.' } },
  returns: null,
  examples: [
    { args: { name: 'zoneedit' }, doc: 'Whether the account may edit its DNS zones.' },
    { args: { name: 'nothing' }, doc: 'A feature that does not exist.', fails: 'not_found' },
  ],

  async handler({ name }, { db, caller }) {
    if (!isFeature(name)) throw notFound((await describeUnknown([name])) ?? '');
    const has = await featureOverrides.has(db, await accounts.getOwn(db, caller), name);
    // The wording that clients match.
    if (!has) throw denied(`The feature “${name}” exists but is not enabled.`);
  },
});
