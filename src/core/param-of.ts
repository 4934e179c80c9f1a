// Which parameter an argument means. By itself, because completion needs no more of how arguments are read.
import type { Param, Spec } from './define.ts';

/** The parameter that an argument's name means: `user`, or `user-2` where `user` is a list. */
export function paramOf(
  { params }: Pick<Spec, 'params'>,
  name: string,
): { param: Param; base: string; number: number } | undefined {
  const exact = Object.hasOwn(params, name) ? params[name] : undefined;
  if (exact !== undefined) return { param: exact, base: name, number: -1 };
  const [, base = '', number = ''] = /^(.+)-(\d{1,6})$/.exec(name) ?? [];
  const numbered = Object.hasOwn(params, base) ? params[base] : undefined;
  return numbered?.list === true ? { param: numbered, base, number: Number(number) } : undefined;
}
