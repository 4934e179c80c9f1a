// How many connections one address may have at a time.
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

const MOST_OF_AN_ADDRESS = 64;

/** Further ones are told so (503) and closed; far too many are not even listened to. */
export function limitConnections(server: FastifyInstance): void {
  const open = new Map<string, number>();
  server.server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (open.get(address) ?? 0) + 1;
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
    if (count > 2 * MOST_OF_AN_ADDRESS) socket.destroy();
  });
  server.addHook('onRequest', (request, reply, done) => {
    if ((open.get(request.ip) ?? 0) <= MOST_OF_AN_ADDRESS) {
      done();
      return;
    }
    const error = `There are more than ${MOST_OF_AN_ADDRESS} connections from your address.`;
    reply.header('connection', 'close').header('retry-after', '1').code(503).send({ error });
  });
}
