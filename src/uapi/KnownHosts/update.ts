import { changeKnownHosts } from '../../capabilities/ssh/plans/change-known-hosts.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import * as knownHosts from '../../capabilities/ssh/driver/ssh-keys/known-hosts.ts';
import { hostParams, keyRows, SCAN_NOTE } from '../../capabilities/ssh/rules/known-hosts-form.ts';

export default defineUapi({
  name: 'KnownHosts::update',
  since: 74,
  summary:
    'Replace the keys of an SSH server in the account’s file ~/.ssh/known_hosts by those that it has now.',
  description: SCAN_NOTE,
  effect: 'operates',
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

  async look({ host_name: name, port }, context) {
    const host = { host: name, port };
    const keys = await knownHosts.scan(context, host);
    const known = await knownHosts.readKnown(context, host);
    return { keys, before: known.content, rest: await knownHosts.without(context, host, known) };
  },

  handler({ host_name: name, port }, { caller, plan }, { keys, before, rest }) {
    const host = { host: name, port };
    plan(changeKnownHosts(caller.user, before, knownHosts.withKeys(host, rest, keys)));
    return { host: keys.map((key) => knownHosts.rowOf(host, key)) };
  },
});
