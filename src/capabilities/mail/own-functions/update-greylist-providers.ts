// The task of the same name calls it.
import { defineFunction } from '../../../core/define.ts';
import { changeGreylist } from '../plans/change-greylist.ts';
import { lookAtHosts } from '../rules/greylisting/provider-lookups.ts';
import { keysToUpdate, updatedProviders } from '../rules/greylisting/provider-updates.ts';

export default defineFunction({
  name: '--update-greylist-providers',
  since: null,
  summary: 'Look the addresses of common mail providers up for greylisting.',
  access: 'root',
  effect: 'operates',
  params: {},
  returns: {
    failed: { map: { type: 'string' }, keys: 'PROVIDER', doc: 'Why the addresses of others were not found.' },
  },
  examples: [{ args: {}, doc: 'Look them up.' }],
  look: async (_args, context) =>
    lookAtHosts(context, await context.transaction('reads', (db) => keysToUpdate(db))),
  async handler(_args, context, looked) {
    const { changed, failed } = await updatedProviders(context, looked);
    context.plan(await changeGreylist(context, { providers: changed }));
    return { failed };
  },
});
