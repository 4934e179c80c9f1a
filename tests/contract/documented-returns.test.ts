// The data of every provided function has the fields, lists and kinds of values that WHM API 1 and UAPI document, except
// for the differences in returns-differences.ts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyFunction, Field } from '../../src/core/define.ts';
import { loaders } from '../../src/functions/loaders.generated.ts';
import { accountLoaders } from '../../src/uapi/loaders.generated.ts';
import { differences } from './returns-differences.ts';

/** By function, then by field: `/acct[]/domain` is `string`. */
const documented = new Map<string, Map<string, string>>();
for (const line of readFileSync(join(__dirname, 'documented-returns.txt'), 'utf8').split('\n')) {
  const [, name, field, type] = /^([^# ]+) ([^ ]+) ([^ ]+)$/.exec(line) ?? [];
  if (name === undefined || field === undefined || type === undefined) continue;
  const fields = documented.get(name) ?? new Map<string, string>();
  documented.set(name, fields.set(field, type));
}

const provided: Readonly<Record<string, () => Promise<{ default: AnyFunction }>>> = {
  ...loaders,
  ...accountLoaders.uapi,
};

const parts = (field: string) => field.match(/\/[^/[]+|\[\]/g) ?? [];

/** The kind of value in the described data at a documented place; a sentence if there is none such. */
function found({ returns }: AnyFunction, isUapi: boolean, field: string): string {
  if (returns === null) return 'no data';
  const data: Field = 'map' in returns ? (returns as Field) : { fields: returns };
  let at: Field | undefined = isUapi && 'fields' in data ? data.fields.data : data;
  for (const part of parts(field)) {
    if (at === undefined) return 'missing';
    if ('type' in at) return at.type === 'any' ? 'any' : `${at.type} instead of a list or a hash`;
    if (part === '[]') {
      if (!('list' in at)) return 'a hash instead of a list';
      at = at.list;
    } else if ('list' in at) {
      return 'a list instead of a hash';
    } else {
      at = 'map' in at ? at.map : at.fields[part.slice(1)];
    }
  }
  if (at === undefined) return 'missing';
  return 'type' in at ? at.type : 'list' in at ? 'list' : 'hash';
}

const isNumber = (type: string) => /integer|number|boolean|flag/.test(type);
const isText = (type: string) => /string|otpauth/.test(type);

function difference(wanted: string, is: string): string | undefined {
  if (is === 'any' || wanted === 'any' || wanted === 'null' || wanted === 'object') return undefined;
  if (isNumber(wanted) && isNumber(is)) return undefined;
  if (isText(wanted) && isText(is)) return undefined;
  return is === 'missing' ? is : `${is}; documented: ${wanted}`;
}

async function differencesOf(name: string, load: () => Promise<{ default: AnyFunction }>): Promise<string[]> {
  const description = (await load()).default;
  return [...(documented.get(name) ?? [])].flatMap(([field, type]) => {
    const is = difference(type, found(description, name.includes('::'), field));
    return is === undefined ? [] : [`${name} ${field}: ${is}`];
  });
}

it('is what the functions return, except for the listed differences', async () => {
  const found: string[] = [];
  let compared = 0;
  for (const [name, load] of Object.entries(provided)) {
    if (documented.has(name)) compared += 1;
    found.push(...(await differencesOf(name, load)));
  }
  expect(compared).toBeGreaterThan(400);
  const isListed = (line: string) => differences.some(({ fields }) => fields.some((one) => one.test(line)));
  expect(found.filter((line) => !isListed(line))).toEqual([]);
  const unused = differences
    .flatMap(({ fields }) => fields)
    .filter((one) => !found.some((line) => one.test(line)));
  expect(unused).toEqual([]);
});
