import { defineFunction } from '../../core/define.ts';
import { serviceNames } from '../../capabilities/system/driver/services/look-services.ts';
import * as importance from '../../capabilities/notify/rules/importance.ts';

export default defineFunction({
  name: 'get_all_contact_importances',
  since: 58,
  summary: 'List how important each application’s notifications are, event by event.',
  description:
    'The event “*” is the application as a whole. It applies to every event that has no importance of its own. The events ' +
    'of chkservd are the services that this server can watch. cPHulk reports blocked addresses if notify_on_brute of ' +
    'save_cphulk_config is 1. AutoSSL reports what set_autossl_metadata enables. The other applications have no events ' +
    'here yet.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: {
    importances: {
      list: {
        fields: {
          app: { type: 'string', doc: 'The application.' },
          event: { type: 'string', doc: 'Its event, or “*”.' },
          ...importance.importanceFields,
        },
      },
      doc: 'One row for each event.',
    },
  },
  list: 'importances',
  examples: [{ args: {}, doc: 'List the importance of all notifications.' }],

  handler: async (_args, { db }) => ({ importances: await importance.list(db, serviceNames) }),
});
