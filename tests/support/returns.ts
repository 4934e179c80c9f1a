// Compares a response with the function’s description of it.
import type { AnyFunction, Field, Fields } from '../../src/core/define.ts';
import { isHash, type Value } from '../../src/core/values.ts';

/** The errors in the data, one sentence each; empty if everything is as described. */
export function faultsOf(fn: AnyFunction, data: Value | undefined): string[] {
  if (fn.returns === null) return data === undefined ? [] : [`${fn.name} answers data, but describes none.`];
  const { returns } = fn;
  if (data === undefined) return [`${fn.name} answers no data.`];
  return typeof returns.keys === 'string'
    ? faults(fn.name, returns as Field, data)
    : named(fn.name, returns as Fields, data);
}

function named(path: string, fields: Fields, data: Value): string[] {
  if (!isHash(data)) return [`${path} is no hash.`];
  const extra = Object.keys(data)
    .filter((key) => !Object.hasOwn(fields, key))
    .map((key) => `${path}.${key} is not described.`);
  const own = Object.entries(fields).flatMap(([key, field]) => {
    const value = Object.hasOwn(data, key) ? data[key] : undefined;
    if (value !== undefined) return faults(`${path}.${key}`, field, value);
    return field.optional === true ? [] : [`${path}.${key} is missing.`];
  });
  return [...extra, ...own];
}

function faults(path: string, field: Field, value: Value): string[] {
  if ('list' in field) {
    if (!Array.isArray(value)) return [`${path} is no list.`];
    return value.flatMap((item, at) => faults(`${path}[${at}]`, field.list, item));
  }
  if ('map' in field) {
    if (!isHash(value)) return [`${path} is no hash.`];
    return Object.entries(value).flatMap(([key, item]) => faults(`${path}.${key}`, field.map, item));
  }
  if ('fields' in field) return named(path, field.fields, value);
  const fits: Record<typeof field.type, boolean> = {
    any: true,
    string: typeof value === 'string',
    otpauth: typeof value === 'string' && value.startsWith('otpauth://'),
    'string|null': typeof value === 'string' || value === null,
    integer: Number.isInteger(value),
    number: Number.isFinite(value),
    flag: value === 0 || value === 1,
  };
  return fits[field.type] ? [] : [`${path} is ${JSON.stringify(value)}, which is no ${field.type}.`];
}
