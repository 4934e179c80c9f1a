import { defineFunction, type Fields } from '../../core/define.ts';
import * as activations from '../../capabilities/databases/rules/activations.ts';

const status = { type: 'string', doc: 'INPROGRESS, DONE or FAILED.' } as const;
const startTime = { type: 'integer', doc: 'Its start, in seconds since 1970-01-01.' } as const;
const endTime = { type: 'integer', doc: 'Its end. Absent before it.', optional: true } as const;
const jobFields = {
  profile_name: { type: 'string', doc: 'The profile.' },
  status,
  start_time: startTime,
  end_time: endTime,
  steps: {
    list: {
      fields: {
        name: { type: 'string', doc: 'What the step does.' },
        status,
        start_time: startTime,
        end_time: endTime,
      },
    },
  },
} as const satisfies Fields;

export default defineFunction({
  name: 'remote_mysql_monitor_profile_activation',
  since: 52,
  summary: 'Show the activation of a profile that is in progress, and the last one that has ended.',
  description: 'If an activation has failed, the log of its task has the reason: whmapi1 --tasks.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: {
    job_in_progress: { fields: jobFields, optional: true, doc: 'Absent if none is waiting or running.' },
    last_job_details: { fields: jobFields, optional: true, doc: 'Absent if none is remembered.' },
  },
  examples: [{ args: {}, doc: 'The steps of the last activation.' }],

  async handler(_args, { db }) {
    const { current, last } = await activations.read(db);
    return {
      ...(current && { job_in_progress: shown(current) }),
      ...(last && { last_job_details: shown(last) }),
    };
  },
});

function shown({ profile, steps, ...job }: activations.Activation) {
  return {
    profile_name: profile,
    ...timed(job),
    steps: steps.map(({ name, ...step }) => ({ name, ...timed(step) })),
  };
}

function timed({ status: state, startedAt, endedAt }: Omit<activations.ActivationStep, 'name'>) {
  return {
    status: state,
    start_time: Math.floor(startedAt / 1000),
    ...(endedAt === null ? {} : { end_time: Math.floor(endedAt / 1000) }),
  };
}
