import { defineFunction } from '../../core/define.ts';
import { getConversion } from '../../capabilities/domains/rules/conversions.ts';

export default defineFunction({
  name: 'convert_addon_get_conversion_status',
  since: 58,
  summary: 'Show the state of one or several conversions of addon domains.',
  access: 'root',
  effect: 'reads',
  params: {
    job_id: {
      type: 'integer',
      required: true,
      list: true,
      min: 1,
      doc: 'A conversion’s number. Repeat it, or number it: job_id-1, job_id-2.',
    },
  },
  returns: {
    map: {
      fields: {
        job_end_time: {
          type: 'integer',
          doc: 'When it ended, in seconds since 1970; 0 if it has not ended.',
        },
        job_id: { type: 'string', doc: 'The number of the conversion.' },
        job_status: { type: 'string', doc: '“PENDING”, “INPROGRESS”, “DONE” or “FAILED”.' },
        source_acct: { type: 'string', doc: 'The account that had the domain.' },
      },
    },
    keys: 'JOB_ID',
  },
  examples: [{ args: { job_id: '1' }, doc: 'The conversion 1.', fails: 'not_found' }],

  async handler({ job_id: ids }, { db }) {
    const rows = ids.map(async (id) => {
      const { endedAt, status, source } = await getConversion(db, id);
      const row = { job_end_time: endedAt, job_id: String(id), job_status: status, source_acct: source };
      return [String(id), row] as const;
    });
    return Object.fromEntries(await Promise.all(rows));
  },
});
