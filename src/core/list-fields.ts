// The fields that the records of a function's list have, by its description.
import type { AnyFunction, Field, Fields } from './define.ts';

/** How the description has a field of the list’s records; undefined if it does not say. */
export function fieldOf({ returns, list }: AnyFunction, name: string): Field | undefined {
  if (list === undefined || returns === null || !Object.hasOwn(returns, list)) return undefined;
  const field = (returns as Fields)[list];
  if (field === undefined || !('list' in field)) return undefined;
  if (!('fields' in field.list)) return name === list ? field.list : undefined;
  return Object.hasOwn(field.list.fields, name) ? field.list.fields[name] : undefined;
}

/** Undefined where the function has no list, or does not say what is in it. */
export function listFields({ returns, list }: AnyFunction): readonly string[] | undefined {
  if (list === undefined || returns === null || !Object.hasOwn(returns, list)) return undefined;
  const field = (returns as Fields)[list];
  if (field === undefined || !('list' in field)) return undefined;
  if ('fields' in field.list) return Object.keys(field.list.fields);
  return 'type' in field.list && field.list.type !== 'any' ? [list] : undefined;
}
