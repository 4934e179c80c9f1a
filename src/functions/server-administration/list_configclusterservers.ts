import { defineFunction } from '../../core/define.ts';
import * as cluster from '../../capabilities/settings/rules/config-cluster/servers.ts';

export default defineFunction({
  name: 'list_configclusterservers',
  since: 44,
  summary: 'List the servers of the configuration cluster, which get the tweak settings of this server.',
  description: 'Keys are never shown. “signature” changes if the key does.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: {
    map: {
      fields: {
        signature: {
          type: 'string',
          doc: 'The start of the key’s SHA-256, in hexadecimal. It reveals nothing of the key.',
        },
        user: { type: 'string', doc: 'The user that this server logs in as.' },
      },
    },
    keys: 'SERVER',
  },
  examples: [{ args: {}, doc: 'The servers of the cluster.' }],

  async handler(_args, { db }) {
    const listed = await cluster.list(db);
    return Object.fromEntries(listed.map(({ name, signature, user }) => [name, { signature, user }]));
  },
});
