// The fields of the records in a function's list, according to its description.
import type { AnyFunction, Field, Fields } from './define.ts';

/** The description of a field of the list’s records. Undefined if it is not described. */
export function fieldOf({ returns, list }: AnyFunction, name: string): Field | undefined {
  if (list === undefined || returns === null || !Object.hasOwn(returns, list)) return undefined;
  const field = (returns as Fields)[list];
  if (field === undefined || !('list' in field)) return undefined;
  if (!('fields' in field.list)) return name === list ? field.list : undefined;
  return Object.hasOwn(field.list.fields, name) ? field.list.fields[name] : undefined;
}

/** Undefined if the function has no list or does not describe its records. */
export function listFields({ returns, list }: AnyFunction): readonly string[] | undefined {
  if (list === undefined || returns === null || !Object.hasOwn(returns, list)) return undefined;
  const field = (returns as Fields)[list];
  if (field === undefined || !('list' in field)) return undefined;
  if ('fields' in field.list) return Object.keys(field.list.fields);
  return 'type' in field.list && field.list.type !== 'any' ? [list] : undefined;
}
