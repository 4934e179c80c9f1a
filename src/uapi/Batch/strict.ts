import type { FreeContext, RawArgument } from '../../core/context.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { badParam } from '../../core/errors.ts';
import type { Json } from '../../core/values.ts';
import { uapiAnswer } from '../../capabilities/logins/rules/account-apis/answers.ts';
import { callAccountApi } from '../../capabilities/logins/rules/account-apis/call.ts';

/** The maximum number of calls in a batch. */
const MAX_CALLS = 100;

export default defineUapi({
  name: 'Batch::strict',
  since: 54,
  summary: 'Run several functions of UAPI, one after the other, until one fails.',
  description:
    'A command is a JSON list: ["Module", "function", {"parameter": "value"}]. After a command that fails, the others ' +
    `are not run. The changes of earlier ones are kept. A batch has at most ${MAX_CALLS} commands.`,
  effect: 'calls',
  params: {
    command: {
      type: 'json',
      required: true,
      list: true,
      sensitive: true,
      doc: 'A command: ["Module", "function", {"parameter": "value"}]. Repeatable.',
    },
  },
  returns: { list: { type: 'any' }, doc: 'The responses, in the order of the commands that were run.' },
  examples: [
    {
      args: { command: ['["DomainInfo","list_domains"]', '["Batch","strict",{}]'] },
      doc: 'Two commands in one call. The second one fails, because a batch cannot contain a batch.',
      fails: 'bad_param',
    },
  ],

  async handler({ command: given }, context) {
    const commands = given.map(readCommand);
    if (commands.length > MAX_CALLS) {
      throw badParam(
        `The parameter “command” is given ${commands.length} times. A batch can have at most ${MAX_CALLS}.`,
      );
    }
    return runAll(commands, context);
  },
});

interface Command {
  readonly module: string;
  readonly func: string;
  readonly args: readonly RawArgument[];
}

/** @throws ApiError `bad_param` */
function readCommand(given: Json, at: number): Command {
  const [module, func, args = {}] = Array.isArray(given) ? given : [];
  if (typeof module !== 'string' || typeof func !== 'string' || !isObject(args)) {
    throw badParam(
      `The parameter “command” number ${at + 1} should be a JSON list: ["Module", "function", {"parameter": "value"}].`,
    );
  }
  if (module === 'Batch') {
    throw badParam(
      `The parameter “command” number ${at + 1} should not be a batch. A batch cannot contain a batch.`,
    );
  }
  return { module, func, args: Object.entries(args).map(([name, value]) => ({ name, value })) };
}

async function runAll(commands: readonly Command[], context: FreeContext) {
  const answers = [];
  for (const { module, func, args } of commands) {
    const call = { api: 'uapi', username: context.caller.user, module, func, args } as const;
    const { envelope, reshape } = await callAccountApi(context, call);
    answers.push({ ...uapiAnswer(envelope, reshape) });
    if (envelope.metadata.result !== 1 || context.isAbandoned()) break;
  }
  return answers;
}

function isObject(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
