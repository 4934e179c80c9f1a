// What the catalogue knows of a function, as source text for its description. It does not know what fields mean, who may
// call the function, or what it does with the store: there the text says FILL_IN.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalogue, CatalogueEntry, CatalogueParam, CatalogueShape } from '../../src/catalogue/entry.ts';

/** The folder of the catalogue. */
export const base = join(import.meta.dirname, '../../src/catalogue');

/** The properties of a description that the catalogue fills in. */
export interface Known {
  readonly since: string;
  readonly summary: string;
  readonly params: string;
  readonly returns: string;
}

export function readEntry(folder: string, name: string): CatalogueEntry | undefined {
  return readFamily(folder)?.functions[name];
}

/** What is not provided of a family. Undefined if all of it is. */
export function readFamily(folder: string): Catalogue | undefined {
  const path = join(base, `${folder}.json`);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Catalogue) : undefined;
}

export function describe({ since, summary, params, returns }: CatalogueEntry): Known {
  return {
    since: String(since),
    summary: JSON.stringify(summary),
    params: paramsText(params),
    returns: returns === null ? 'null' : returnsText(returns),
  };
}

/** The catalogue has older names as parameters of their own, which say so at the end of their documentation. */
function paramsText(params: CatalogueEntry['params']): string {
  const aliases = new Map<string, string[]>();
  for (const [name, { doc }] of Object.entries(params)) {
    const [, current = ''] = /(?:older|another) name of ([\w-]+)\.$/i.exec(doc) ?? [];
    if (current in params) aliases.set(current, [...(aliases.get(current) ?? []), name]);
  }
  const ownNames = Object.entries(params).filter(([name]) => ![...aliases.values()].flat().includes(name));
  return objectText(ownNames.map(([name, param]) => [name, paramText(param, aliases.get(name))]));
}

function paramText(param: CatalogueParam, alias: readonly string[] | undefined): string {
  const { required, default: value, values, list, doc } = param;
  // A flag is 1 or 0 whatever the documents list.
  const type = ['integer', 'flag', 'json'].includes(param.type) ? param.type : 'string';
  const isNumber = type === 'flag' || type === 'integer';
  const rows: [string, unknown][] = [['type', type]];
  if (alias !== undefined) rows.push(['alias', alias]);
  if (list === true || param.type === 'array') rows.push(['list', true]);
  else if (required === true) rows.push(['required', true]);
  else if (value !== undefined)
    rows.push(['default', isNumber && /^\d+$/.test(value) ? Number(value) : value]);
  if (values !== undefined && !isNumber) rows.push(['values', values]);
  rows.push(['doc', doc]);
  return objectText(rows.map(([key, one]) => [key, JSON.stringify(one)]));
}

function returnsText(returns: CatalogueShape): string {
  return isHash(returns) ? hashText(returns) : 'FILL_IN';
}

/** `{ map: …, keys: … }` for a hash with any keys, `{ name: field, … }` for one with certain keys. */
function hashText(hash: Readonly<Record<string, CatalogueShape>>): string {
  const { '*': any, ...certain } = hash;
  if (any !== undefined) return `{ map: ${fieldText(any, false)}, keys: FILL_IN }`;
  return objectText(Object.entries(certain).map(([name, shape]) => [name, fieldText(shape, true)]));
}

function fieldText(shape: CatalogueShape, hasDoc: boolean): string {
  const doc = hasDoc ? ', doc: FILL_IN' : '';
  if (isHash(shape)) {
    const inner = hashText(shape);
    return '*' in shape ? inner.replace(/ \}$/, `${doc} }`) : `{ fields: ${inner}${doc} }`;
  }
  if (typeof shape === 'object') return `{ list: ${fieldText(shape?.[0] ?? 'any', false)}${doc} }`;
  return `{ type: '${typeOf(shape)}'${doc} }`;
}

function typeOf(type: string): string {
  return ['string', 'string|null', 'integer', 'number', 'flag'].includes(type) ? type : 'any';
}

function isHash(shape: CatalogueShape): shape is Readonly<Record<string, CatalogueShape>> {
  return typeof shape === 'object' && shape !== null && !Array.isArray(shape);
}

function objectText(rows: readonly (readonly [string, string])[]): string {
  return `{ ${rows.map(([key, text]) => `${/^\w+$/.test(key) ? key : JSON.stringify(key)}: ${text}`).join(', ')} }`;
}
