import { defineFunction } from '../../core/define.ts';
import { build, readLog } from '../../capabilities/software/rules/debian-packages/builds.ts';

export default defineFunction({
  name: 'package_manager_get_build_log',
  since: 52,
  summary: 'Show the log of a package action, from a position on.',
  description:
    'To follow the log, begin with the offset 0, and pass the returned offset to the next call until still_running is 0. ' +
    'On the command line, “whmapi1 --wait BUILD” waits for the end, and “whmapi1 --tasks BUILD” shows the whole log.',
  access: 'root',
  effect: 'reads',
  params: {
    build,
    offset: {
      type: 'integer',
      required: true,
      min: 0,
      doc: 'The position in bytes: 0, or the offset of the response before.',
    },
  },
  returns: {
    content: { list: { type: 'string', doc: 'A line.' }, doc: 'The complete lines from there on.' },
    offset: { type: 'integer', doc: 'The position after these lines, in bytes.' },
    still_running: { type: 'flag', doc: 'Whether the action has not ended yet.' },
  },
  examples: [{ args: { build: '12', offset: '0' }, doc: 'The log from its beginning.', fails: 'not_found' }],

  look: ({ build: id, offset }, context) => readLog(context, id, offset),

  async handler(_args, _context, log) {
    return { content: [...log.lines], offset: log.offset, still_running: Number(log.isActive) };
  },
});
