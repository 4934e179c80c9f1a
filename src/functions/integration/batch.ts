import { defineFunction } from '../../core/define.ts';
import type { FreeContext, RawArgument } from '../../core/context.ts';
import type { Envelope } from '../../core/envelope.ts';
import { ApiError, badParam } from '../../core/errors.ts';
import { printable } from '../../core/function-name.ts';
import { Turns } from '../../core/turns.ts';
import type { Value } from '../../core/values.ts';

/** The maximum number of commands in a batch. */
const MAX_COMMANDS = 1000;
/** The maximum number of parameters of a command. */
const MAX_PARAMETERS = 1000;
/** When the responses have this many characters, the remaining commands are not run. */
const MAX_ANSWER = 16 * 2 ** 20;
/** Together with the limits of each batch, this limits the memory of a server. */
const turns = new Turns({ running: 4, runningPerCaller: 1, waitingPerCaller: 8 });

export default defineFunction({
  name: 'batch',
  since: 11,
  summary: 'Run several functions, one after the other, in one call.',
  description:
    'Each command is a function’s name, then “?” and its parameters as a URL query; on a command line the whole is ' +
    'percent-encoded once more. The commands are independent: if one fails, the changes of earlier ones are kept. ' +
    'The result of the batch is 1 if it was run, even if its commands failed. A batch cannot contain another batch. ' +
    `It can have at most ${MAX_COMMANDS} commands, and its response about ${MAX_ANSWER / 2 ** 20} MiB: commands beyond ` +
    'that are not run and fail with “limit_reached”. A user’s batches run one after the other. If the client closes ' +
    'the connection, no further command is run.',
  access: 'any',
  effect: 'calls',
  params: {
    command: {
      type: 'string',
      required: true,
      list: true,
      sensitive: true,
      maxLength: 1_000_000,
      doc: 'A command: NAME or NAME?key=value&key=value. Repeatable.',
    },
    abort_on_error: {
      type: 'flag',
      default: 0,
      doc: '1: stop after the first command that fails.',
    },
  },
  returns: {
    result: {
      list: {
        fields: {
          metadata: { type: 'any', doc: 'The command’s own metadata.' },
          data: { type: 'any', doc: 'The command’s own data; an empty hash if there is none.' },
        },
      },
      doc: 'The responses, in the order of the commands.',
    },
  },
  list: 'result',
  examples: [
    {
      args: { command: ['version', 'twofactorauth_get_user_configs?user=root'] },
      doc: 'Two commands in one call.',
    },
  ],

  async handler(args, context) {
    const commands = readCommands(args.command);
    const answers = await turns.run(context.caller.user, () =>
      runCommands(commands, args.abort_on_error, context),
    );
    if (answers === undefined) {
      throw new ApiError(
        'busy',
        'Other batches of yours are still running. Wait for their responses, and then retry; nothing was run.',
      );
    }
    return { result: answers };
  },
});

interface Command {
  readonly command: string;
  readonly args: readonly RawArgument[];
}

interface Answer {
  readonly metadata: Value;
  readonly data: Value;
}

/** @throws ApiError `bad_param` for a batch that is too long or contains another batch. */
function readCommands(texts: readonly string[]): Command[] {
  if (texts.length > MAX_COMMANDS) {
    throw badParam(
      `The parameter “command” is given ${texts.length} times. A batch can have at most ${MAX_COMMANDS} commands: ` +
        'split it into several calls.',
    );
  }
  const commands = texts.map(readCommand);
  if (commands.some(({ command }) => command === 'batch')) {
    throw badParam('The parameter “command” should not name “batch”: a batch cannot contain another batch.');
  }
  return commands;
}

function readCommand(text: string, at: number): Command {
  const mark = text.indexOf('?');
  if (mark === -1) return { command: text, args: [] };
  const query = text.slice(mark + 1);
  // Counted before the parameters are read, because reading takes longer.
  if (query.split('&', MAX_PARAMETERS + 1).length > MAX_PARAMETERS) {
    throw badParam(
      `The parameter “command” number ${at + 1} should have at most ${MAX_PARAMETERS} parameters.`,
    );
  }
  const args = [...new URLSearchParams(query)].map(([name, value]) => ({ name, value }));
  return { command: text.slice(0, mark), args };
}

async function runCommands(
  commands: readonly Command[],
  stopsAtFailure: boolean,
  { call, isAbandoned }: FreeContext,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let room = MAX_ANSWER;
  for (const command of commands) {
    if (isAbandoned()) {
      throw new ApiError(
        'abandoned',
        `The client closed the connection. ${answers.length} of ${commands.length} commands were run.`,
      );
    }
    const { metadata, data = {} } = room > 0 ? await call(command) : noRoom(command);
    answers.push({ metadata: metadata as unknown as Value, data });
    room -= sizeOf(data) + sizeOf(metadata as unknown as Value);
    if (stopsAtFailure && metadata.result === 0) break;
  }
  return answers;
}

function noRoom({ command }: Command): Pick<Envelope, 'metadata' | 'data'> {
  const reason =
    `The response of the batch has reached its limit of ${MAX_ANSWER / 2 ** 20} MiB. This command was not run: ` +
    'send it in another batch.';
  return {
    metadata: { version: 1, reason, result: 0, command: printable(command), error_code: 'limit_reached' },
  };
}

/** Returns the approximate number of characters of the value as JSON. */
function sizeOf(value: Value): number {
  if (typeof value === 'string') return value.length + 3;
  if (typeof value !== 'object' || value === null) return 8;
  if (Array.isArray(value)) return value.reduce<number>((size, item) => size + 1 + sizeOf(item), 2);
  return Object.entries(value).reduce((size, [key, member]) => size + key.length + 4 + sizeOf(member), 2);
}
