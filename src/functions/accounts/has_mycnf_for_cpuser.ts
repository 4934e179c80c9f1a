import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import { get } from '../../capabilities/accounts/rules/accounts.ts';

export default defineFunction({
  name: 'has_mycnf_for_cpuser',
  since: 40,
  summary: 'Check whether an account has a configuration file for MySQL clients.',
  description: 'The file is .my.cnf in the home directory. A symbolic link does not count.',
  access: ['mysql-info'],
  effect: 'reads',
  params: { user: { ...existingAccount, required: true, doc: 'The account.' } },
  returns: { has_mycnf_for_cpuser: { type: 'flag', doc: 'Whether the file is there.' } },
  examples: [
    {
      args: { user: 'bob' },
      doc: 'The account “bob”.',
      setUp: ['createacct'],
    },
  ],

  async look({ user }, { caller, machine, transaction }) {
    const { username } = await transaction('reads', (db) => get(db, caller, user));
    return (await machine.users()).hasFile(username, '.my.cnf');
  },

  handler: (_args, _context, isThere) => ({ has_mycnf_for_cpuser: Number(isThere) }),
});
