import { defineFunction } from '../../core/define.ts';
import { listConversions } from '../../capabilities/domains/rules/conversions.ts';

export default defineFunction({
  name: 'convert_addon_list_conversions',
  since: 58,
  summary: 'List the pending, running and finished conversions of addon domains.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: {
    conversions: {
      list: {
        fields: {
          domain: { type: 'string', doc: 'The domain.' },
          end_time: { type: 'integer', doc: 'When it ended, in seconds since 1970; 0 if it has not ended.' },
          job_id: { type: 'integer', doc: 'The number of the conversion, which is the ID of its task.' },
          source_acct: { type: 'string', doc: 'The account that had the domain.' },
          start_time: {
            type: 'integer',
            doc: 'When it began, in seconds since 1970; 0 if it has not begun.',
          },
          status: { type: 'string', doc: '“PENDING”, “INPROGRESS”, “DONE” or “FAILED”.' },
          target_acct: { type: 'string', doc: 'The new account.' },
        },
      },
      doc: 'The conversions, the oldest first.',
    },
  },
  list: 'conversions',
  examples: [{ args: {}, doc: 'All conversions.' }],

  async handler(_args, { db }) {
    const conversions = (await listConversions(db)).map(
      ({ domain, endedAt, id, source, startedAt, status, username }) => ({
        ...{ domain, end_time: endedAt, job_id: id, source_acct: source },
        ...{ start_time: startedAt, status, target_acct: username },
      }),
    );
    return { conversions };
  },
});
