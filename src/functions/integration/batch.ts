import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import type { RawArgument } from '../../core/context.ts';
import type { Value } from '../../core/values.ts';

export default defineFunction({
  name: 'batch',
  since: 11,
  summary: 'Run several functions, one after the other, in one call.',
  description:
    'Each command is a function’s name, then “?” and its parameters as a URL query; on a command line the whole is ' +
    'percent-encoded once more. The commands are independent: what one has done stays done when a later one fails. ' +
    'The result of the batch is 1 once it has run, whatever its commands answered. A batch holds no other batch.',
  access: 'any',
  effect: 'calls',
  params: {
    command: {
      type: 'string',
      required: true,
      list: true,
      sensitive: true,
      maxLength: 1_000_000,
      doc: 'A command: NAME or NAME?key=value&key=value. Repeat it for each.',
    },
    abort_on_error: {
      type: 'flag',
      default: 0,
      doc: '1 to stop after the first command that fails; those after it are not run.',
    },
  },
  returns: {
    result: {
      list: {
        fields: {
          metadata: { type: 'any', doc: 'The command’s own metadata.' },
          data: { type: 'any', doc: 'The command’s own data; an empty hash where it has none.' },
        },
      },
      doc: 'The answers, in the order of the commands.',
    },
  },
  list: 'result',
  examples: [
    {
      args: { command: ['version', 'twofactorauth_get_user_configs?user=root'] },
      doc: 'Two questions in one call.',
    },
  ],

  async handler(args, { call }) {
    const commands = args.command.map(readCommand);
    if (commands.some(({ command }) => command === 'batch')) {
      throw badParam('The parameter “command” should not name “batch”: a batch holds no other batch.');
    }
    const result: { metadata: Value; data: Value }[] = [];
    for (const command of commands) {
      const { metadata, data } = await call(command);
      result.push({ metadata: metadata as unknown as Value, data: data ?? {} });
      if (args.abort_on_error && metadata.result === 0) break;
    }
    return { result };
  },
});

function readCommand(text: string): { command: string; args: RawArgument[] } {
  const mark = text.indexOf('?');
  if (mark === -1) return { command: text, args: [] };
  const query = new URLSearchParams(text.slice(mark + 1));
  return { command: text.slice(0, mark), args: [...query].map(([name, value]) => ({ name, value })) };
}
