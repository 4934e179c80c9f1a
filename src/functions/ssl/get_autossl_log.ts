import { defineFunction } from '../../core/define.ts';
import { lineTypes, readLog } from '../../capabilities/certificates/rules/autossl/runs.ts';

export default defineFunction({
  name: 'get_autossl_log',
  since: 58,
  summary: 'Show the log of an AutoSSL run.',
  description: 'A run is a task: “whmapi1 --wait PID” follows it. Logs are kept for 30 days.',
  access: 'root',
  effect: 'reads',
  params: {
    start_time: {
      type: 'string',
      required: true,
      maxLength: 64,
      doc: 'When the run started, as returned by get_autossl_logs_catalog.',
    },
  },
  returns: {
    payload: {
      list: {
        fields: {
          timestamp: { type: 'string', doc: 'When it was written: 2026-11-26T08:06:00Z.' },
          type: { type: 'string', doc: `The kind of line: ${lineTypes.join(', ')}.` },
          indent: {
            type: 'integer',
            doc: 'The level of the line: 0, and a higher number for the details of a line above.',
          },
          contents: { type: 'string', doc: 'The line.' },
          partial: { type: 'flag', doc: 'Always 0: a line is written whole.' },
          pid: { type: 'integer', doc: 'The number of the task.' },
        },
      },
      doc: 'One row for each line.',
    },
  },
  list: 'payload',
  columns: ['timestamp', 'type', 'contents'],
  examples: [
    { args: { start_time: '2026-11-26T08:06:00Z' }, doc: 'Show the log of a run.', fails: 'not_found' },
  ],

  look: ({ start_time: startTime }, context) => readLog(context, startTime),

  async handler(_args, _context, { task, lines }) {
    return { payload: lines.map((line) => ({ ...line, partial: 0, pid: task })) };
  },
});
