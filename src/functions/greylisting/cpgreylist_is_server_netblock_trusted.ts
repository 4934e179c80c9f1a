import { defineFunction } from '../../core/define.ts';
import { isTrusted, list, netblocksOf } from '../../capabilities/mail/rules/greylisting/trusted-hosts.ts';

export default defineFunction({
  name: 'cpgreylist_is_server_netblock_trusted',
  since: 50,
  summary: 'Show whether greylisting trusts the networks of this server’s own addresses.',
  description: 'Its networks are those with 256 addresses (/24).',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: {
    ip_blocks: {
      map: { type: 'flag' },
      keys: 'NETWORK',
      doc: '1 if mail from every address of the network is trusted.',
    },
  },
  examples: [{ args: {}, doc: 'The networks.' }],

  async handler(_args, { db, system }) {
    const hosts = await list(db);
    const blocks = [...netblocksOf(system.addresses())];
    return {
      ip_blocks: Object.fromEntries(blocks.map(([text, range]) => [text, isTrusted(hosts, range) ? 1 : 0])),
    };
  },
});
