import { defineFunction } from '../../core/define.ts';
import { accountName, ensureFree, findMachineNames } from '../../model/accounts/names.ts';

export default defineFunction({
  name: 'verify_new_username',
  since: 58,
  summary: 'Tell whether a new account may have a name.',
  description: 'The call works where it may; where it may not, the reason says why.',
  access: ['create-acct'],
  effect: 'reads',
  params: { user: { ...accountName, required: true, doc: 'The name.' } },
  returns: null,
  examples: [{ args: { user: 'bob' }, doc: 'Whether an account may be called “bob”.' }],

  look: ({ user }, { machine }) => findMachineNames(machine, [user]),

  async handler({ user }, { db }, ofMachine) {
    await ensureFree(db, ofMachine, user);
  },
});
