import { defineFunction } from '../../core/define.ts';
import * as nameservers from '../../capabilities/domains/rules/nameservers.ts';

export default defineFunction({
  name: 'get_nameserver_config',
  since: 56,
  summary: 'List the nameservers for the caller’s new zones.',
  description: 'A reseller’s own nameservers (setresellernameservers), otherwise the server’s.',
  access: ['ns-config'],
  effect: 'reads',
  params: {},
  returns: {
    nameservers: { list: { type: 'string', doc: 'A hostname.' }, doc: 'Empty if no nameservers are set.' },
  },
  list: 'nameservers',
  examples: [{ args: {}, doc: 'List the server’s nameservers.' }],

  async handler(_args, { caller, db }) {
    return { nameservers: await nameservers.listFor(db, caller.user) };
  },
});
