import { defineFunction } from '../../core/define.ts';
import * as form from '../../capabilities/settings/rules/config-cluster/cluster-form.ts';
import * as cluster from '../../capabilities/settings/rules/config-cluster/servers.ts';

export default defineFunction({
  name: 'update_configclusterserver',
  since: 44,
  summary:
    'Update the user or the key with which this server logs in to a server of the configuration cluster.',
  description: 'Omitted values are kept. The login is tried before anything is stored.',
  access: 'root',
  effect: 'changes',
  params: {
    name: form.name,
    key: { ...form.key, doc: 'The new API token or access hash. It is stored encrypted and is never shown.' },
    user: { ...form.login, doc: 'The new user, who must have all privileges there.' },
    pin: { ...form.pin, doc: 'The SHA-256 fingerprint of its new certificate.' },
  },
  oneOf: { count: 'at least', of: ['key', 'user', 'pin'] },
  returns: null,
  examples: [
    {
      args: { name: 'web2.example.com', key: 'YRTR3YPDIRDDMEZOB7KTW7JYJF85ICMM' },
      doc: 'A new key. To keep it out of the process list, use --file key=PATH.',
      fails: 'not_found',
    },
  ],

  async look({ name, key, user, pin }, { callPeer, sealer, transaction }) {
    const stored = await transaction('reads', (db) => cluster.get({ db, sealer }, name));
    const peer = {
      host: name,
      user: user ?? stored.user,
      token: key === undefined ? stored.token : form.plainKey(key),
      pin: pin ?? stored.pin,
    };
    await cluster.verify({ callPeer }, peer);
    return peer;
  },

  async handler({ name }, context, peer) {
    await cluster.assertMember(context.db, name);
    await cluster.put(context, peer);
  },
});
