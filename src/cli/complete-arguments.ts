// Completes the words after a function's name: parameters that are not given yet, and their values.
import type { NameKind, Param } from '../core/define.ts';
import { paramOf } from '../core/param-of.ts';
import type { Candidate } from './complete.ts';
import { metaParameters, type Completable } from './ready.ts';

/** Parameters that have no effect on this server are not offered. */
export async function argumentNames(
  fn: Completable,
  given: ReadonlySet<string>,
  current: string,
): Promise<readonly Candidate[]> {
  if (current.startsWith('api.') && fn.hasList) return metaNames(await metaParameters(), given);
  const names = new Set([...given].map((name) => paramOf(fn, name)?.base ?? name));
  const open = Object.entries(fn.params)
    .filter(
      ([name, { list, noEffectReason }]) =>
        noEffectReason === undefined && (list === true || !names.has(name)),
    )
    .map(([name, param]) => candidate(name, param));
  const required = open.filter(({ isRequired }) => isRequired);
  return [
    ...required,
    ...open.filter(({ isRequired }) => !isRequired),
    ...(fn.rest?.type !== 'json' ? [] : [{ value: '--input=json', about: `${fn.rest.key}: ${fn.rest.doc}` }]),
    ...(fn.hasList
      ? [{ value: 'api.', about: 'Filter, sort or page the list, or select its columns.' }]
      : []),
  ];
}

/** Returns the kind of object that an argument names, if the store has such objects. */
export function nameKindOf(fn: Completable, key: string): NameKind | undefined {
  return paramOf(fn, key)?.param.completes;
}

/** Returns the known values of an argument. `key` is `user`, `user-2` or `api.sort.a.field`. */
export async function argumentValues(fn: Completable, key: string): Promise<readonly Candidate[]> {
  const isMeta = fn.hasList && key.startsWith('api.');
  const meta = isMeta ? metaParamOf(await metaParameters(), key) : undefined;
  if (meta !== undefined && /\.field$|\.columns\.z*[a-z]$/.test(key)) {
    const fields = fn.fields.map((value) => ({ value, about: '' }));
    return key.startsWith('api.filter.') ? [{ value: '*', about: 'any field' }, ...fields] : fields;
  }
  const param = meta ?? paramOf(fn, key)?.param;
  if (param === undefined) return [];
  const values = param.type === 'flag' ? ['0', '1'] : (param.values ?? []);
  const standard = String(param.default ?? '');
  return values.map((value) => ({ value, about: value === standard ? 'default' : '' }));
}

function candidate(name: string, { doc, required }: Param): Candidate & { readonly isRequired: boolean } {
  const [sentence = ''] = doc.split(/(?<=[.:]) /);
  const isRequired = required === true;
  return { value: `${name}=`, about: isRequired ? `(required) ${sentence}` : sentence, isRequired };
}

/** Returns every name that is not given yet, for each key that is in use and for the next unused key. */
function metaNames(metaParams: Readonly<Record<string, Param>>, given: ReadonlySet<string>): Candidate[] {
  return Object.entries(metaParams).flatMap(([name, param]) => {
    const keyed = /^(api\.[a-z]+\.)a(\..+|)$/.exec(name);
    if (keyed === null) return given.has(name) ? [] : [candidate(name, param)];
    const [, start = '', end = ''] = keyed;
    const used = [...given].flatMap((one) =>
      one.startsWith(start) ? (/^(z*[a-z])(\.|$)/.exec(one.slice(start.length))?.[1] ?? []) : [],
    );
    const keys = [...new Set([...used, nextKey(used)])].map((key) => `${start}${key}${end}`);
    return keys.filter((one) => !given.has(one)).map((one) => candidate(one, param));
  });
}

/** Returns the key after the last one that is in use: a to z, then za to zz and so on. */
function nextKey(used: readonly string[]): string {
  const last = [...used].sort().at(-1);
  if (last === undefined) return 'a';
  const end = last.slice(-1);
  return end === 'z' ? `${last}a` : `${last.slice(0, -1)}${String.fromCharCode(end.charCodeAt(0) + 1)}`;
}

function metaParamOf(metaParams: Readonly<Record<string, Param>>, key: string): Param | undefined {
  const name = key.replace(/^(api\.[a-z]+\.)z*[a-z](?=\.|$)/, '$1a');
  return Object.hasOwn(metaParams, name) ? metaParams[name] : undefined;
}
