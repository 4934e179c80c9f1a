import { defineUapi } from '../../core/define-uapi.ts';
import { secondsOfDays } from '../../capabilities/bandwidth/rules/retention.ts';

export default defineUapi({
  name: 'Bandwidth::get_retention_periods',
  since: 52,
  summary: 'Show how long the bandwidth of single days is stored.',
  description: 'Then it is added up to months, which are kept for five years. Hours are not counted.',
  effect: 'none',
  params: {},
  returns: {
    list: {
      fields: {
        interval: { type: 'string', doc: 'Always “daily”.' },
        retention: {
          type: 'integer',
          doc: 'How far the days go back at present, in seconds: the present month and the three months before.',
        },
      },
    },
  },
  examples: [{ args: {}, doc: 'The period.' }],

  handler: (_args, { now }) => [{ interval: 'daily', retention: secondsOfDays(now()) }],
});
