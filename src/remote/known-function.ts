// What this program knows of a function that a server is going to be asked for.
import { readArguments, unknownNames } from '../core/arguments.ts';
import type { RawArgument } from '../core/context.ts';
import type { AnyFunction } from '../core/define.ts';
import { quote } from '../core/quote.ts';
import { index } from '../functions/index.generated.ts';

/** True where a call may be made twice without harm. Of an unknown function nobody can say so. */
export function isSafeToRepeat(fn: AnyFunction | undefined): boolean {
  return fn?.effect === 'none' || fn?.effect === 'reads';
}

/**
 * Checks the arguments by the function's description before anything is sent.
 * @returns sentences on parameters that it does not know; the server may.
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

/** A function that shows what one of its family has changed. */
export function listAfter(command: string): string | undefined {
  const family = Object.hasOwn(index, command) ? index[command]?.family : undefined;
  return family === undefined ? undefined : lists[family];
}
