import { defineUapi } from '../../core/define-uapi.ts';
import { listOf } from '../../capabilities/databases/rules/hosts.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';

export default defineUapi({
  name: 'Mysql::get_host_notes',
  since: 74,
  summary: 'List the hosts from which the account’s MySQL users may connect, with their notes.',
  feature: FEATURE,
  role: ROLE,
  effect: 'reads',
  params: {},
  returns: { map: { type: 'string' }, keys: 'HOST', doc: 'The note of each host. Empty: none.' },
  examples: [{ args: {}, doc: 'The remote access list.' }],

  async handler(_args, { db, caller }) {
    return Object.fromEntries((await listOf(db, caller.user)).map(({ host, note }) => [host, note]));
  },
});
