// Finds the fields of a form that caused a call to fail.
import type { RawArgument } from '../../core/context.ts';
import type { AnyFunction } from '../../core/define.ts';
import type { Envelope } from '../../core/envelope.ts';
import type { Fault } from '../../core/errors.ts';

/**
 * Returns the faults in the error. Otherwise the parameters that the reason quotes, by name or by a value that only one
 * of them has: “The account “bob” exists already”.
 */
export function faultsIn(
  { metadata, faults }: Envelope,
  fn: Pick<AnyFunction, 'params'>,
  args: readonly RawArgument[],
): readonly Fault[] {
  if (metadata.result === 1) return [];
  if (faults !== undefined) return faults;
  const problem = metadata.reason;
  const given = [...new Set(args.map(({ name }) => name))].filter((name) => Object.hasOwn(fn.params, name));
  if (metadata.error_code === 'weak_password') {
    return given.filter((name) => fn.params[name]?.sensitive === true).map((param) => ({ param, problem }));
  }
  const quoted = new Set([...problem.matchAll(/“([^“”]+)”/g)].map(([, text]) => text));
  const named = Object.keys(fn.params).filter((name) => quoted.has(name));
  if (named.length > 0) return named.map((param) => ({ param, problem }));
  const byValue = given.filter((name) =>
    args.some((one) => one.name === name && typeof one.value === 'string' && quoted.has(one.value)),
  );
  return byValue.length === 1 ? byValue.map((param) => ({ param, problem })) : [];
}
