// Functions that only this program itself calls: tasks, and options of the command line. They are in no list of functions,
// because WHM has none for it.
import {
  lookForRebuild,
  lookForZonesOfRoot,
  rebuildAccount,
  rebuildZonesOfRoot,
} from '../life/plans/rebuild-account.ts';
import { defineFunction, type AnyFunction } from '../core/define.ts';
import { rebuiltParts } from '../capabilities/accounts/driver/account-part.ts';
import { existingAccount } from '../ground/rules/accounts/names.ts';

export const REBUILD = '--rebuild';

const rebuild = defineFunction({
  name: REBUILD,
  since: null,
  summary: 'Create a part of an account again that is not on the machine.',
  access: 'root',
  effect: 'operates',
  params: {
    user: { ...existingAccount, doc: 'The account. Default: the zones of root.' },
    part: { type: 'string', required: true, values: rebuiltParts, doc: 'What to create.' },
  },
  returns: null,
  examples: [{ args: { user: 'bob', part: 'zones' }, doc: 'Create the DNS zones of bob again.' }],
  look: async ({ user: username, part }, context) =>
    username === undefined
      ? { zones: await lookForZonesOfRoot(context) }
      : { account: await lookForRebuild(context, { username, part }) },
  async handler({ user: username, part }, context, found) {
    const plan =
      username !== undefined && found.account !== undefined
        ? await rebuildAccount(context, { username, part }, found.account)
        : await rebuildZonesOfRoot(context, found.zones ?? []);
    if (plan !== undefined) context.plan(plan, () => undefined);
  },
});

const functions: Readonly<Record<string, AnyFunction>> = { [rebuild.name]: rebuild };

export const findOwnFunction = (name: string): AnyFunction | undefined =>
  Object.hasOwn(functions, name) ? functions[name] : undefined;
