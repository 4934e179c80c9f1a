import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import * as form from '../../capabilities/settings/rules/config-cluster/cluster-form.ts';
import * as cluster from '../../capabilities/settings/rules/config-cluster/servers.ts';
import { namesOf } from '../../capabilities/system/rules/servers/names.ts';

export default defineFunction({
  name: 'add_configclusterserver',
  since: 44,
  summary: 'Add a server to the configuration cluster, which gets the tweak settings of this server.',
  description:
    'This server logs in there with the key and checks that the user has all privileges. From then on, a task sends ' +
    'each option that set_tweaksetting sets here to all servers of the cluster, except the module Basic, which ' +
    'describes one server. Options that were set before are not sent. The other server does not send them on, and it ' +
    'does not show that it is in a cluster. Its certificate must be valid for its name and signed by a trusted issuer, ' +
    'or have the fingerprint in “pin”.',
  access: 'root',
  effect: 'changes',
  params: {
    key: { ...form.key, required: true },
    name: form.name,
    user: { ...form.login, required: true },
    pin: form.pin,
  },
  returns: null,
  examples: [
    {
      args: { name: '127.0.0.1:1', user: 'root', key: 'YRTR3YPDIRDDMEZOB7KTW7JYJF85ICMM' },
      doc: 'Here, nothing listens at that address. To keep the key out of the process list, use --file key=PATH.',
      fails: 'remote_unreachable',
    },
  ],

  async look({ name, user, key, pin }, { machine, callPeer }) {
    if (namesOf(machine).includes(name)) {
      throw badParam(`“${name}” is this server. Add the other servers of the cluster.`);
    }
    const peer = { host: name, user, token: form.plainKey(key), pin };
    await cluster.verify({ callPeer }, peer);
    return peer;
  },

  async handler({ name }, context, peer) {
    await cluster.assertNew(context.db, name);
    await cluster.put(context, peer);
  },
});
