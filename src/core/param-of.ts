// Finds the parameter that an argument belongs to. In a separate file, because completion needs no other part of
// reading arguments.
import type { Param, Spec } from './define.ts';

/** The end of the names of parameters that are a family: `copymysqldb-*` is every `copymysqldb-NAME`. */
const ANY_NAME = '*';
/** The same for numbers: `part#` is `part1`, `part2` and so on, and `part` alone. */
const ANY_NUMBER = '#';
const NUMBER = /^\d{0,4}$/;
export const isFamily = (param: string): boolean =>
  param.endsWith(`-${ANY_NAME}`) || param.endsWith(ANY_NUMBER);

/** `bob_wp` for `copymysqldb-bob_wp` of `copymysqldb-*`; `2` for `part2` of `part#`. */
export const nameInFamily = (family: string, given: string): string => given.slice(family.length - 1);

const isInFamily = (family: string, given: string): boolean => {
  if (!given.startsWith(family.slice(0, -1))) return false;
  const name = nameInFamily(family, given);
  return family.endsWith(ANY_NUMBER) ? NUMBER.test(name) : name !== '';
};

/**
 * Returns the parameter that an argument's name means: `user`, one of its aliases, `user-2` if `user` is a list, or the
 * family that it belongs to.
 */
export function paramOf({ params }: Pick<Spec, 'params'>, name: string): Named | undefined {
  const { named, families } = indexOf(params);
  const exact = named.get(name);
  if (exact !== undefined) return exact;
  const [, stem = '', number = ''] = /^(.+)-(\d{1,6})$/.exec(name) ?? [];
  const numbered = named.get(stem);
  if (numbered?.param.list === true) return { ...numbered, number: Number(number) };
  return families.find(({ base }) => isInFamily(base, name));
}

/** What an argument’s name means. `number` is that of `user-2`; -1 without one. */
export interface Named {
  readonly param: Param;
  readonly base: string;
  readonly number: number;
}

interface Index {
  /** By their own names, their aliases, and `USER_NAMES`. An own name takes precedence. */
  readonly named: ReadonlyMap<string, Named>;
  readonly families: readonly Named[];
}

/** WHM’s functions call the user whom they need either name, which nobody remembers: both are accepted. */
const USER_NAMES = [
  ['user', 'username'],
  ['username', 'user'],
] as const;

const indexes = new WeakMap<Spec['params'], Index>();

/** Made once for each function, since each argument of each call is looked up several times. */
function indexOf(params: Spec['params']): Index {
  const known = indexes.get(params);
  if (known !== undefined) return known;
  const all = Object.entries(params).map(([base, param]): Named => ({ param, base, number: -1 }));
  const named = new Map(all.map((one) => [one.base, one]));
  for (const one of all) {
    for (const alias of one.param.alias ?? []) if (!named.has(alias)) named.set(alias, one);
  }
  for (const [name, other] of USER_NAMES) {
    const one = named.get(name);
    if (one?.param.required === true && !named.has(other)) named.set(other, one);
  }
  const index = { named, families: all.filter(({ base }) => isFamily(base)) };
  indexes.set(params, index);
  return index;
}
