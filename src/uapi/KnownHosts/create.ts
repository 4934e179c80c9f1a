import { changeKnownHosts } from '../../capabilities/ssh/plans/change-known-hosts.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { badParam } from '../../core/errors.ts';
import * as knownHosts from '../../capabilities/ssh/driver/ssh-keys/known-hosts.ts';
import { hostParams, keyRows, SCAN_NOTE } from '../../capabilities/ssh/rules/known-hosts-form.ts';

export default defineUapi({
  name: 'KnownHosts::create',
  since: 74,
  summary: 'Add the keys of an SSH server to the account’s file ~/.ssh/known_hosts.',
  description: `${SCAN_NOTE} A server that is already in the file with another key is refused: see KnownHosts::update.`,
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
    return { keys: await knownHosts.scan(context, host), known: await knownHosts.readKnown(context, host) };
  },

  handler({ host_name: name, port }, { caller, plan }, { keys, known }) {
    const host = { host: name, port };
    const added = keys.filter((key) => !known.keys.some((other) => knownHosts.isSameKey(key, other)));
    if (known.isKnown && added.some(({ type }) => known.keys.some((other) => other.type === type))) {
      throw badParam(
        `The file already has another key of “${name}”. If its key has really changed, run KnownHosts::update.`,
      );
    }
    if (added.length > 0) {
      plan(changeKnownHosts(caller.user, known.content, knownHosts.withKeys(host, known.content, added)));
    }
    return { host: keys.map((key) => knownHosts.rowOf(host, key)) };
  },
});
