// Encodes a call's arguments as the body of a request: a form, or JSON if a value is not a plain text.
import type { RawArgument } from '../core/context.ts';
import type { Json } from '../core/values.ts';

export interface Body {
  readonly type: string;
  readonly body: string;
}

const VERSION = 'api.version';

/** Arguments are never sent in the URL, because logs record URLs. */
export function bodyOf(args: readonly RawArgument[]): Body {
  const all = args.some(({ name }) => name === VERSION) ? args : [{ name: VERSION, value: 1 }, ...args];
  return all.every(({ value }) => isSimple(value) || (Array.isArray(value) && value.every(isSimple)))
    ? { type: 'application/x-www-form-urlencoded', body: formOf(all) }
    : { type: 'application/json', body: jsonOf(all) };
}

function isSimple(value: Json): boolean {
  return typeof value !== 'object' || value === null;
}

/** A null argument is omitted. */
function formOf(args: readonly RawArgument[]): string {
  const form = new URLSearchParams();
  for (const { name, value } of args) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null) form.append(name, textOf(one));
    }
  }
  return form.toString();
}

function textOf(value: Exclude<Json, null>): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** An argument that is given several times becomes a list. */
function jsonOf(args: readonly RawArgument[]): string {
  const members = new Map<string, Json>();
  for (const { name, value } of args) {
    const before = members.get(name);
    if (before === undefined) members.set(name, value);
    else members.set(name, [...(Array.isArray(before) ? before : [before]), value]);
  }
  return JSON.stringify(Object.fromEntries(members));
}
