import { defineFunction } from '../../core/define.ts';
import * as orders from '../../capabilities/certificates/rules/autossl/orders.ts';

export default defineFunction({
  name: 'get_autossl_pending_queue',
  since: 62,
  summary: 'List the certificates that AutoSSL has ordered and not yet installed.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: {
    pending_certificates: {
      list: {
        fields: {
          ...orders.pendingFields,
          user: { type: 'string', doc: 'The account.' },
          virtual_host: { type: 'string', doc: 'The virtual host.' },
        },
      },
      doc: 'One row for each name of a certificate.',
    },
  },
  list: 'pending_certificates',
  examples: [{ args: {}, doc: 'List the orders under way.' }],

  async handler(_args, { db }) {
    const all = await orders.list(db);
    return {
      pending_certificates: all.flatMap((order) =>
        orders.pendingRows(order).map((row) => ({
          ...row,
          ...{ user: order.username, virtual_host: order.servername },
        })),
      ),
    };
  },
});
