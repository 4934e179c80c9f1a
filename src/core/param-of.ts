// Finds the parameter that an argument belongs to. In a separate file, because completion needs no other part of
// reading arguments.
import type { Param, Spec } from './define.ts';

/** Returns the parameter that an argument's name means: `user`, one of its aliases, or `user-2` if `user` is a list. */
export function paramOf(
  { params }: Pick<Spec, 'params'>,
  name: string,
): { param: Param; base: string; number: number } | undefined {
  const exact = named(params, name);
  if (exact !== undefined) return { ...exact, number: -1 };
  const [, stem = '', number = ''] = /^(.+)-(\d{1,6})$/.exec(name) ?? [];
  const numbered = named(params, stem);
  return numbered?.param.list === true ? { ...numbered, number: Number(number) } : undefined;
}

/** Finds a parameter by its own name or an alias. */
function named(params: Spec['params'], name: string): { param: Param; base: string } | undefined {
  const own = Object.hasOwn(params, name) ? params[name] : undefined;
  if (own !== undefined) return { param: own, base: name };
  const other = Object.entries(params).find(([, { alias }]) => alias?.includes(name) === true);
  return other && { param: other[1], base: other[0] };
}
