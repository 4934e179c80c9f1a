import { defineFunction } from '../../core/define.ts';
import { listSockets, socketList } from '../../capabilities/system/rules/servers/sockets.ts';

export default defineFunction({
  name: 'get_udp6_sockets',
  since: 80,
  summary: 'List the UDP sockets of IPv6: addresses, ports, state and user.',
  description: 'A socket of IPv6 may serve IPv4 too: such an address is shown as “::ffff:192.0.2.1”.',
  access: 'root',
  effect: 'looks',
  params: {},
  returns: { payload: socketList },
  list: 'payload',
  examples: [{ args: {}, doc: 'List them.' }],

  handler: async (_args, { machine }) => ({
    payload: await listSockets(await machine.kernel(), 'udp6'),
  }),
});
