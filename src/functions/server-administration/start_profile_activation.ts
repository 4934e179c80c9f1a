import { defineFunction } from '../../core/define.ts';
import { chooseRoles } from '../../ground/rules/roles/active-profile.ts';
import { profileCodes } from '../../ground/rules/roles/catalogue.ts';

export default defineFunction({
  name: 'start_profile_activation',
  since: 76,
  summary: 'Set up this server for a profile: install packages, write their configuration, start services.',
  description:
    'The work is a task with the ID log_id: “whmapi1 --wait ID” follows it, and “whmapi1 --tasks ID” shows its ' +
    'log. The call can be repeated. Configuration that was written by hand is kept. Roles that the profile does ' +
    'not have are disabled in this program, but their packages stay installed.',
  access: 'root',
  effect: 'changes',
  params: {
    code: { type: 'string', required: true, values: profileCodes, doc: 'The profile.' },
    optional: { type: 'json', doc: 'The optional roles to enable, as JSON: {"DNS":1}. Default: none.' },
  },
  returns: { log_id: { type: 'string', doc: 'The ID of the task.' } },
  examples: [{ args: { code: 'DNSNODE' }, doc: 'Set up this server as a nameserver.' }],

  async handler({ code, optional }, { startTask }) {
    const roles = chooseRoles(code, optional).map(({ module }) => module);
    return { log_id: String(await startTask('activate-profile', { code, roles })) };
  },
});
