import { defineUapi } from '../../core/define-uapi.ts';
import * as knownHosts from '../../drivers/ssh-keys/known-hosts.ts';
import { hostParams } from '../../model/ssh-keys/known-hosts-form.ts';

export default defineUapi({
  name: 'KnownHosts::delete',
  since: 74,
  summary: 'Remove the keys of an SSH server from the account’s file ~/.ssh/known_hosts.',
  description: 'Lines with a hashed name are found too.',
  effect: 'calls',
  feature: 'ssh',
  params: hostParams,
  returns: null,
  examples: [
    { args: { host_name: 'git.example.com' }, doc: 'A server that is not in the file.', fails: 'not_found' },
  ],

  async handler({ host_name: name, port }, context) {
    const host = { host: name, port };
    const known = await knownHosts.readKnown(context, host);
    await knownHosts.write(context, await knownHosts.without(context, host, known));
  },
});
