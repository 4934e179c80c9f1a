import { changeKnownHosts } from '../../capabilities/ssh/plans/change-known-hosts.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import * as knownHosts from '../../capabilities/ssh/driver/ssh-keys/known-hosts.ts';
import { hostParams } from '../../capabilities/ssh/rules/known-hosts-form.ts';

export default defineUapi({
  name: 'KnownHosts::delete',
  since: 74,
  summary: 'Remove the keys of an SSH server from the account’s file ~/.ssh/known_hosts.',
  description: 'Lines with a hashed name are found too.',
  effect: 'operates',
  feature: 'ssh',
  params: hostParams,
  returns: null,
  examples: [
    { args: { host_name: 'git.example.com' }, doc: 'A server that is not in the file.', fails: 'not_found' },
  ],

  async look({ host_name: name, port }, context) {
    const host = { host: name, port };
    const known = await knownHosts.readKnown(context, host);
    return { before: known.content, rest: await knownHosts.without(context, host, known) };
  },

  handler(_args, { caller, plan }, { before, rest }) {
    plan(changeKnownHosts(caller.user, before, rest));
  },
});
