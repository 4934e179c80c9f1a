import { defineUapi } from '../../core/define-uapi.ts';
import * as knownHosts from '../../drivers/ssh-keys/known-hosts.ts';
import { hostParams, keyRows, SCAN_NOTE } from '../../model/ssh-keys/known-hosts-form.ts';

export default defineUapi({
  name: 'KnownHosts::update',
  since: 74,
  summary:
    'Replace the keys of an SSH server in the account’s file ~/.ssh/known_hosts by those that it has now.',
  description: SCAN_NOTE,
  effect: 'calls',
  feature: 'ssh',
  params: hostParams,
  returns: { fields: { host: keyRows } },
  examples: [
    {
      args: { host_name: '127.0.0.1' },
      doc: 'This server itself, which is no public address.',
      fails: 'denied',
    },
  ],

  async handler({ host_name: name, port }, context) {
    const host = { host: name, port };
    const keys = await knownHosts.scan(context, host);
    const content = await knownHosts.without(context, host, await knownHosts.readKnown(context, host));
    await knownHosts.add(context, host, { content }, keys);
    return { host: keys.map((key) => knownHosts.rowOf(host, key)) };
  },
});
