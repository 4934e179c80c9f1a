import { defineFunction } from '../../core/define.ts';
import { hostFields, hostRecord } from '../../capabilities/mail/rules/greylisting/form.ts';
import { list } from '../../capabilities/mail/rules/greylisting/trusted-hosts.ts';

export default defineFunction({
  name: 'read_cpgreylist_trusted_hosts',
  since: 50,
  summary: 'List the hosts whose mail greylisting never defers.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: {
    greylist_trusted_hosts: {
      list: { fields: hostFields },
      doc: 'The hosts, in the order of their numbers.',
    },
  },
  list: 'greylist_trusted_hosts',
  columns: ['id', 'host_ip', 'comment', 'create_time'],
  examples: [{ args: {}, doc: 'The hosts.' }],

  async handler(_args, { db }) {
    return { greylist_trusted_hosts: (await list(db)).map(hostRecord) };
  },
});
