import { defineFunction } from '../../core/define.ts';
import { listSockets, socketList } from '../../capabilities/system/rules/servers/sockets.ts';

export default defineFunction({
  name: 'get_tcp4_sockets',
  since: 80,
  summary: 'List the TCP sockets of IPv4: addresses, ports, state and user.',
  access: 'root',
  effect: 'looks',
  params: {},
  returns: { payload: socketList },
  list: 'payload',
  examples: [{ args: {}, doc: 'List them.' }],

  handler: async (_args, { machine }) => ({
    payload: await listSockets(await machine.kernel(), 'tcp'),
  }),
});
