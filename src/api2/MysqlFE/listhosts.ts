import { defineApi2 } from '../../core/define-uapi.ts';
import { listOf } from '../../capabilities/databases/rules/hosts.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';

export default defineApi2({
  name: 'MysqlFE::listhosts',
  since: null,
  summary: 'List the hosts from which the account’s MySQL users may connect.',
  feature: FEATURE,
  role: ROLE,
  effect: 'reads',
  params: {},
  returns: {
    fields: {
      host: { type: 'string', doc: 'The host: 192.0.2.%.' },
      uri_host: { type: 'string', doc: 'The same for an URL: 192.0.2.%25.' },
    },
  },
  examples: [{ args: {}, doc: 'The remote access list.' }],

  async handler(_args, { db, caller }) {
    const list = await listOf(db, caller.user);
    return list.map(({ host }) => ({ host, uri_host: encodeURIComponent(host) }));
  },
});
