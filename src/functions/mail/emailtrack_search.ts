import { defineFunction } from '../../core/define.ts';
import { readMainLog } from '../../capabilities/mail/driver/tracking/look-main-log.ts';
import { KEPT, READ_FIRST } from '../../capabilities/mail/rules/tracking/form.ts';
import { lookAtNewMail } from '../../capabilities/mail/rules/tracking/read-log.ts';
import { columns, search } from '../../capabilities/mail/rules/tracking/search.ts';
import { fieldsOf } from '../../ground/rules/list-in-sql.ts';

export default defineFunction({
  name: 'emailtrack_search',
  since: 11,
  summary: 'List message deliveries: successful, deferred, failed or in progress.',
  description:
    'Returns a record for each recipient, of the kinds that are requested. Narrow the list with api.filter, for ' +
    `example on “sendunixtime”. ${READ_FIRST}${KEPT} A reseller sees what its accounts have sent and received.`,
  access: ['track-email'],
  effect: 'reads',
  onlyMeasures: true,
  params: {
    success: { type: 'flag', default: 0, doc: '1: include successful deliveries.' },
    defer: { type: 'flag', default: 0, doc: '1: include deferred deliveries.' },
    failure: { type: 'flag', default: 0, doc: '1: include failed deliveries.' },
    inprogress: {
      type: 'flag',
      default: 0,
      doc: '1: include messages that wait for their first delivery.',
    },
    deliverytype: {
      type: 'string',
      values: ['all', 'remote', 'local'],
      default: 'all',
      doc: 'Which deliveries: all, those to other servers (remote), or those on this one (local).',
    },
    max_results_by_type: {
      type: 'integer',
      min: 0,
      max: 1_000_000_000,
      default: 0,
      doc: 'The maximum number of deliveries of each kind: the newest ones. 0: all.',
    },
  },
  returns: {
    records: { list: { fields: fieldsOf(columns) }, doc: 'The deliveries, in the order of the log.' },
  },
  list: 'records',
  columns: ['actiontime', 'type', 'sender', 'recipient', 'message'],
  examples: [
    { args: { success: '1', failure: '1' }, doc: 'What was delivered, and what failed.' },
    {
      args: {
        failure: '1',
        'api.filter.enable': '1',
        'api.filter.a.field': 'sendunixtime',
        'api.filter.a.type': 'gt',
        'api.filter.a.arg0': '1764586800',
      },
      doc: 'What failed of the messages that were sent since 1 December 2025.',
    },
  ],

  look: (_args, context) => lookAtNewMail(context, readMainLog),

  async handler(args, context) {
    const kinds = ['success', 'defer', 'failure', 'inprogress'] as const;
    const { deliverytype, max_results_by_type: most } = args;
    return {
      records: await search(context, { types: kinds.filter((kind) => args[kind]), deliverytype, most }),
    };
  },
});
