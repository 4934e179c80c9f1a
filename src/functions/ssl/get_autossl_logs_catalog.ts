import { defineFunction } from '../../core/define.ts';
import * as runs from '../../capabilities/certificates/rules/autossl/runs.ts';

export default defineFunction({
  name: 'get_autossl_logs_catalog',
  since: 58,
  summary: 'List the AutoSSL runs that have a log.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: {
    payload: {
      list: {
        fields: {
          start_time: { type: 'string', doc: 'When it started, for get_autossl_log: 2026-11-26T08:06:00Z.' },
          username: { type: 'string', doc: 'The account that was checked. “*”: all of them.' },
          provider: { type: 'string', doc: 'The provider.' },
          in_progress: { type: 'flag', doc: 'Whether it has not ended yet.' },
        },
      },
      doc: 'One row for each run, the latest first.',
    },
  },
  list: 'payload',
  examples: [{ args: {}, doc: 'List the runs.' }],

  async handler(_args, { db }) {
    const all = await runs.list(db);
    return {
      payload: all.map(({ startTime, username, provider, endedAt }) => ({
        ...{ start_time: startTime, username, provider, in_progress: endedAt === null ? 1 : 0 },
      })),
    };
  },
});
