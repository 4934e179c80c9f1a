import { defineFunction } from '../../core/define.ts';
import { accountName, assertFree, findMachineNames } from '../../ground/rules/accounts/names.ts';

export default defineFunction({
  name: 'verify_new_username',
  since: 58,
  summary: 'Check whether a username is available for a new account.',
  description: 'The call succeeds if the username is available. Otherwise it fails, and the reason says why.',
  access: ['create-acct'],
  effect: 'reads',
  params: { user: { ...accountName, required: true, doc: 'The name.' } },
  returns: null,
  examples: [{ args: { user: 'bob' }, doc: 'Check whether the username “bob” is available.' }],

  look: ({ user }, { machine }) => findMachineNames(machine, [user]),

  async handler({ user }, { db }, ofMachine) {
    await assertFree(db, ofMachine, user);
  },
});
