import { defineFunction } from '../../core/define.ts';
import * as nameservers from '../../model/dns/nameservers.ts';

export default defineFunction({
  name: 'get_nameserver_config',
  since: 56,
  summary: 'List the name servers that new zones of the caller get.',
  description: 'A reseller has its own, if setresellernameservers set some; otherwise they are the server’s.',
  access: ['ns-config'],
  effect: 'reads',
  params: {},
  returns: {
    nameservers: { list: { type: 'string', doc: 'A host name.' }, doc: 'Empty if none are set.' },
  },
  list: 'nameservers',
  examples: [{ args: {}, doc: 'The name servers of the server.' }],

  async handler(_args, { caller, db }) {
    return { nameservers: await nameservers.listFor(db, caller.user) };
  },
});
