// An unknown option can be meant as a parameter of the function: `createacct --username=bob`.
import type { AccountProgram } from '../core/account-programs.ts';
import type { AnyFunction } from '../core/define.ts';
import { nearest } from '../core/nearest.ts';
import { index } from '../functions/index.generated.ts';
import { loadFunction } from '../functions/load.ts';
import { accountIndex } from '../uapi/index.generated.ts';
import { loadAccountFunction } from '../uapi/load.ts';
import type { UnknownOptionError } from './usage-error.ts';

/** Returns the error's message, with the parameter if there is one. The option's value can be secret and is not shown. */
export async function withParameterHint(
  { message, option }: UnknownOptionError,
  words: readonly string[],
  program: AccountProgram | undefined,
): Promise<string> {
  const fn = program === undefined ? await functionIn(words) : await accountFunctionIn(words, program);
  if (fn === undefined) return message;
  const known = Object.keys(fn.params);
  const name = option.replaceAll('-', '_');
  if (known.includes(name)) return `${message}\n(A parameter has no dashes: write ${name}=VALUE.)`;
  // commander has found a similar option.
  if (message.includes('\n')) return message;
  const [similar] = nearest(name, known, 1);
  return similar === undefined ? message : `${message}\n(Did you mean the parameter ${similar}=VALUE?)`;
}

/** The first word that is a function’s name. The value of an option can be before it. */
async function functionIn(words: readonly string[]): Promise<AnyFunction | undefined> {
  const name = words.find((word) => Object.hasOwn(index, word));
  return name === undefined ? undefined : loadFunction(name);
}

async function accountFunctionIn(
  words: readonly string[],
  { api }: AccountProgram,
): Promise<AnyFunction | undefined> {
  const plain = words.filter((word) => !word.startsWith('-'));
  const name = plain
    .map((module, at) => `${module}::${plain[at + 1] ?? ''}`)
    .find((pair) => Object.hasOwn(accountIndex[api], pair));
  return name === undefined ? undefined : loadAccountFunction(api, name);
}
