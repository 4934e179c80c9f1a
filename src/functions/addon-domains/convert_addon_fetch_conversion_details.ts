import { defineFunction } from '../../core/define.ts';
import { getConversion } from '../../capabilities/domains/rules/conversions.ts';

export default defineFunction({
  name: 'convert_addon_fetch_conversion_details',
  since: 58,
  summary: 'Show the progress of the conversion of an addon domain, step by step.',
  description: 'The log of the task, which “whmapi1 --wait JOB_ID” shows, has the same and more.',
  access: 'root',
  effect: 'reads',
  params: {
    job_id: {
      type: 'integer',
      required: true,
      min: 1,
      doc: 'The conversion’s number, from convert_addon_list_conversions.',
    },
  },
  returns: {
    domain: { type: 'string', doc: 'The domain.' },
    job_end_time: { type: 'integer', doc: 'When it ended, in seconds since 1970; 0 if it has not ended.' },
    job_id: { type: 'integer', doc: 'The number of the conversion.' },
    job_start_time: { type: 'integer', doc: 'When it began, in seconds since 1970; 0 if it has not begun.' },
    job_status: { type: 'string', doc: '“PENDING”, “INPROGRESS”, “DONE” or “FAILED”.' },
    source_acct: { type: 'string', doc: 'The account that had the domain.' },
    steps: {
      list: {
        fields: {
          end_time: { type: 'integer', doc: 'When the step ended, in seconds since 1970.' },
          start_time: { type: 'integer', doc: 'When the step began, in seconds since 1970.' },
          status: { type: 'string', doc: 'As “job_status”.' },
          step_name: { type: 'string', doc: 'The step.' },
          warnings: { type: 'string', doc: 'What to know about the step, or why it failed. May be empty.' },
        },
      },
      doc: 'The steps. A conversion that has not ended, or that failed, has only its last one.',
    },
    target_acct: { type: 'string', doc: 'The new account.' },
  },
  examples: [{ args: { job_id: '1' }, doc: 'The conversion 1.', fails: 'not_found' }],

  async handler({ job_id: id }, { db }) {
    const { domain, endedAt, startedAt, status, source, steps, username } = await getConversion(db, id);
    return {
      ...{ domain, job_end_time: endedAt, job_id: id, job_start_time: startedAt, job_status: status },
      ...{ source_acct: source, steps: steps.map((step) => ({ ...step })), target_acct: username },
    };
  },
});
