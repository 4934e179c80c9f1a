import { defineFunction } from '../../core/define.ts';
import * as form from '../../capabilities/settings/rules/config-cluster/cluster-form.ts';
import * as cluster from '../../capabilities/settings/rules/config-cluster/servers.ts';

export default defineFunction({
  name: 'delete_configclusterserver',
  since: 44,
  summary: 'Delete a server from the configuration cluster.',
  description: 'The other server keeps its settings, and the key continues to be valid there.',
  destructive: 'The stored key is deleted. To add the server again, you need a key.',
  access: 'root',
  effect: 'changes',
  params: { name: { ...form.name, doc: 'The other server, as list_configclusterservers shows it.' } },
  returns: null,
  examples: [{ args: { name: 'web2.example.com' }, doc: 'Delete “web2.example.com”.', fails: 'not_found' }],

  handler: ({ name }, { db }) => cluster.remove(db, name),
});
