import { defineFunction } from '../../core/define.ts';
import { chooseRoles } from '../../model/roles/active-profile.ts';
import { profileCodes } from '../../model/roles/catalogue.ts';

export default defineFunction({
  name: 'start_profile_activation',
  since: 76,
  summary:
    'Make this server ready for a profile: install packages, write their configuration, start services.',
  description:
    'The work is a task, whose id is log_id: “whmapi1 --wait ID” follows it, and “whmapi1 --tasks ID” shows its log. It ' +
    'can be repeated. Configuration that somebody made by hand is kept. Roles that the profile does not have are turned ' +
    'off in this program; their packages stay installed.',
  access: 'root',
  effect: 'changes',
  params: {
    code: { type: 'string', required: true, values: profileCodes, doc: 'The profile.' },
    optional: { type: 'json', doc: 'Which optional roles it has, as JSON: {"DNS":1}. Default: none.' },
  },
  returns: { log_id: { type: 'string', doc: 'The id of the task.' } },
  examples: [{ args: { code: 'DNSNODE' }, doc: 'Make this server a name server.' }],

  async handler({ code, optional }, { startTask }) {
    const roles = chooseRoles(code, optional).map(({ module }) => module);
    return { log_id: String(await startTask('activate-profile', { code, roles })) };
  },
});
