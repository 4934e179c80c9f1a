// Warnings about arguments that have no effect.
import { unknownNames } from './arguments.ts';
import type { RawArgument } from './context.ts';
import type { AnyFunction } from './define.ts';
import { paramOf } from './param-of.ts';
import { quote } from './quote.ts';

const MAX_WARNINGS = 20;

/** Returns a sentence for each unknown parameter, and for each parameter that has no effect here. */
export function warningsOf(fn: AnyFunction, args: readonly RawArgument[]): string[] | Promise<string[]> {
  const names = unknownNames(fn, args);
  const others = withoutEffect(fn, args);
  // Most calls have none, and need not wait for the code that finds similar names.
  return names.length === 0 ? others : unknown(fn, names).then((sentences) => [...sentences, ...others]);
}

async function unknown(fn: AnyFunction, names: readonly string[]): Promise<string[]> {
  const { nearest } = await import('./nearest.ts');
  const warnings = names.slice(0, MAX_WARNINGS).map((name) => {
    const [suggestion] = nearest(name, Object.keys(fn.params), 1);
    const hint = suggestion === undefined ? '' : ` Did you mean “${suggestion}”?`;
    return `“${fn.name}” has no parameter ${quote(name)}. It was ignored.${hint}`;
  });
  const more = names.length - warnings.length;
  return more > 0 ? [...warnings, `${more} more unknown parameters were ignored.`] : warnings;
}

/** Returns the unknown parameters that are similar to known ones, each with the nearest of those. */
export async function findTypos(
  fn: AnyFunction,
  args: readonly RawArgument[],
): Promise<readonly { readonly name: string; readonly suggestion: string }[]> {
  const names = unknownNames(fn, args);
  if (names.length === 0) return [];
  const { nearest } = await import('./nearest.ts');
  return names.slice(0, MAX_WARNINGS).flatMap((name) => {
    const [suggestion] = nearest(name, Object.keys(fn.params), 1);
    return suggestion === undefined ? [] : [{ name, suggestion }];
  });
}

function withoutEffect(fn: AnyFunction, args: readonly RawArgument[]): string[] {
  const warnings = new Set<string>();
  let latest: string | undefined;
  for (const { name } of args) {
    if (name === latest) continue;
    const why = paramOf(fn, (latest = name))?.param.noEffectReason;
    if (why !== undefined) warnings.add(`The parameter “${name}” has no effect here: ${why}`);
  }
  return [...warnings];
}
