// Finds the parameter that an argument belongs to. In a separate file, because completion needs no other part of
// reading arguments.
import type { Param, Spec } from './define.ts';

/** The end of the names of parameters that are a family: `copymysqldb-*` is every `copymysqldb-NAME`. */
const ANY_NAME = '-*';
export const isFamily = (param: string): boolean => param.endsWith(ANY_NAME);

/** `bob_wp` for `copymysqldb-bob_wp` of `copymysqldb-*`. */
export const nameInFamily = (family: string, given: string): string =>
  given.slice(family.length - ANY_NAME.length + 1);

/**
 * Returns the parameter that an argument's name means: `user`, one of its aliases, `user-2` if `user` is a list, or the
 * family that it belongs to.
 */
export function paramOf(
  { params }: Pick<Spec, 'params'>,
  name: string,
): { param: Param; base: string; number: number } | undefined {
  const exact = named(params, name);
  if (exact !== undefined) return { ...exact, number: -1 };
  const [, stem = '', number = ''] = /^(.+)-(\d{1,6})$/.exec(name) ?? [];
  const numbered = named(params, stem);
  if (numbered?.param.list === true) return { ...numbered, number: Number(number) };
  const family = Object.entries(params).find(
    ([base]) => isFamily(base) && nameInFamily(base, name) !== '' && name.startsWith(base.slice(0, -1)),
  );
  return family && { param: family[1], base: family[0], number: -1 };
}

/** Finds a parameter by its own name or an alias. */
function named(params: Spec['params'], name: string): { param: Param; base: string } | undefined {
  const own = Object.hasOwn(params, name) ? params[name] : undefined;
  if (own !== undefined) return { param: own, base: name };
  const other = Object.entries(params).find(([, { alias }]) => alias?.includes(name) === true);
  return other && { param: other[1], base: other[0] };
}
