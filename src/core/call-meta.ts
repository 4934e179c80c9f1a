// Reads the `api.*` arguments of a call.
import type { RawArgument } from './context.ts';
import type { AnyFunction } from './define.ts';
import { badParam } from './errors.ts';
import type { MetaArguments } from './meta-arguments.ts';
import type { Report } from './report.ts';
import type { Json } from './values.ts';

function isMetaArgument(name: string): boolean {
  return name.startsWith('api.');
}

/** Returns the other arguments: the same list if there are no such ones. */
export function withoutMeta(args: readonly RawArgument[]): readonly RawArgument[] {
  const hasMeta = args.some(({ name }) => isMetaArgument(name));
  return hasMeta ? args.filter(({ name }) => !isMetaArgument(name)) : args;
}

/**
 * Returns the options that a call sets for the list in its response. Undefined if it sets none, or the response has no
 * list. Arguments without effect become warnings.
 * @throws ApiError `bad_param`, and the errors of `readMetaArguments`
 */
export function readCallMeta(
  fn: AnyFunction,
  args: readonly RawArgument[],
  { warnings }: Pick<Report, 'warnings'>,
): undefined | Promise<MetaArguments | undefined> {
  const shaping = args.filter(({ name, value }) => {
    if (!isMetaArgument(name)) return false;
    if (name !== 'api.version') return true;
    if (value !== '1' && value !== 1) warnings.push(warningOfVersion(value));
    return false;
  });
  if (shaping.length === 0) return undefined;
  if (fn.list === undefined) {
    warnings.push(`“${fn.name}” does not return a list, so the api.* arguments have no effect.`);
    return undefined;
  }
  return readShaping(shaping, warnings);
}

function warningOfVersion(value: Json): string {
  if (!/^\d{1,6}$/.test(JSON.stringify(value).replaceAll('"', ''))) {
    throw badParam('The parameter “api.version” should be 1, because this is version 1 of the API.');
  }
  return `“api.version=${Number(value)}” is treated as version 1, the version of this API.`;
}

async function readShaping(
  shaping: readonly RawArgument[],
  warnings: string[],
): Promise<MetaArguments | undefined> {
  const { readMetaArguments } = await import('./meta-arguments.ts');
  const read = readMetaArguments(shaping);
  warnings.push(...read.warnings);
  return read.meta;
}
