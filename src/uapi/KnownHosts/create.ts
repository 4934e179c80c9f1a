import { defineUapi } from '../../core/define-uapi.ts';
import { badParam } from '../../core/errors.ts';
import * as knownHosts from '../../drivers/ssh-keys/known-hosts.ts';
import { hostParams, keyRows, SCAN_NOTE } from '../../model/ssh-keys/known-hosts-form.ts';

export default defineUapi({
  name: 'KnownHosts::create',
  since: 74,
  summary: 'Add the keys of an SSH server to the account’s file ~/.ssh/known_hosts.',
  description: `${SCAN_NOTE} A server that is already in the file with another key is refused: see KnownHosts::update.`,
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
    const known = await knownHosts.readKnown(context, host);
    const added = keys.filter((key) => !known.keys.some((other) => knownHosts.isSameKey(key, other)));
    if (known.isKnown && added.some(({ type }) => known.keys.some((other) => other.type === type))) {
      throw badParam(
        `The file already has another key of “${name}”. If its key has really changed, run KnownHosts::update.`,
      );
    }
    if (added.length > 0) await knownHosts.add(context, host, known, added);
    return { host: keys.map((key) => knownHosts.rowOf(host, key)) };
  },
});
