// This program's knowledge of a function that will be called on another server.
import { readArguments, unknownNames } from '../core/arguments.ts';
import type { RawArgument } from '../core/context.ts';
import { onlyReads, type AnyFunction } from '../core/define.ts';
import { quote } from '../core/quote.ts';
import { index } from '../functions/index.generated.ts';

/** True if repeating a call is harmless. False for unknown functions. */
export function isSafeToRepeat(fn: AnyFunction | undefined): boolean {
  return fn !== undefined && onlyReads(fn.effect);
}

/**
 * Checks the arguments according to the function's description before anything is sent.
 * @returns warnings about unknown parameters, which the server might know.
 * @throws ApiError `missing_param` or `bad_param`
 */
export async function checkArguments(fn: AnyFunction, args: readonly RawArgument[]): Promise<string[]> {
  const own = args.filter(({ name }) => !name.startsWith('api.'));
  const unknown = unknownNames(fn, own);
  readArguments(fn, own);
  if (unknown.length === 0) return [];
  const { nearest } = await import('../core/nearest.ts');
  return [...new Set(unknown)].slice(0, 10).map((name) => {
    const [suggestion] = nearest(name, Object.keys(fn.params), 1);
    const hint = suggestion === undefined ? '' : ` Did you mean ${quote(suggestion)}?`;
    return `${quote(fn.name)} has no parameter ${quote(name)} here; it was sent all the same.${hint}`;
  });
}

const lists: Readonly<Record<string, string>> = {
  accounts: 'listaccts',
  packages: 'listpkgs',
  resellers: 'listresellers',
  cphulk: 'read_cphulk_records',
};

/** Returns a function that lists what a function of the same family has changed. */
export function listAfter(command: string): string | undefined {
  const family = Object.hasOwn(index, command) ? index[command]?.family : undefined;
  return family === undefined ? undefined : lists[family];
}
