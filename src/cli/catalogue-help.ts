// Help from the catalogue about functions that are not provided here: for all of them, for a family, or for one.
import { absent } from '../catalogue/absent.generated.ts';
import type { CatalogueEntry, CatalogueParam, CatalogueShape } from '../catalogue/entry.ts';
import { families } from '../catalogue/families.generated.ts';
import type { IndexRow } from '../core/context.ts';
import {
  entry,
  functionRows,
  row,
  section,
  titleOf,
  wrap,
  type Layout,
  type ListedFunction,
} from './help-layout.ts';

type Index = Readonly<Record<string, IndexRow>>;

/** Lists every function, provided or not, one per line. */
export function completeList(index: Index, layout: Layout): string {
  const functions = Object.keys(families).flatMap((folder) => functionsOf(folder, index));
  return `${functionRows(functions, layout).join('\n')}\n`;
}

/** Returns the help of a family, or of a function that is not provided here. Undefined for any other name. */
export async function catalogueHelp(
  command: string,
  words: readonly string[],
  index: Index,
  layout: Layout,
): Promise<string | undefined> {
  const row = Object.hasOwn(absent, command) ? absent[command] : undefined;
  if (row !== undefined) return absentHelp(command, row.family, layout);
  // Also accepts `--help ip addresses`, without quotes.
  const folder = folderOf([command, ...words].join(' ')) ?? folderOf(command);
  return folder === undefined ? undefined : familyHelp(folder, index, layout);
}

/** Finds a family's folder by its title or the folder's own name, in any case. */
function folderOf(name: string): string | undefined {
  const folder = name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, '-');
  return Object.hasOwn(families, folder) ? folder : undefined;
}

function functionsOf(folder: string, index: Index): ListedFunction[] {
  const family = titleOf(folder);
  const working = Object.entries(index)
    .filter(([, row]) => row.family === folder)
    .map(([name, { summary }]) => ({ name, summary, family, isProvided: true }));
  const others = Object.entries(absent)
    .filter(([, row]) => row.family === folder)
    .map(([name, { summary, dropped }]) => ({
      ...{ name, summary, family, isProvided: false },
      isDropped: dropped === true,
    }));
  return [...working, ...others].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function familyHelp(folder: string, index: Index, layout: Layout): string {
  const functions = functionsOf(folder, index);
  const working = functions.filter(({ isProvided }) => isProvided);
  const width = Math.max(...functions.map(({ name }) => name.length));
  const lines = (those: readonly ListedFunction[], shown: (name: string) => string) =>
    those.map(({ name, summary, isDropped }) => {
      const note = isDropped === true ? ' (removed by cPanel)' : '';
      return row(name, `${summary}${note}`, { width, shown }, layout);
    });
  const parts = [
    layout.heading(titleOf(folder)),
    section(
      'Provided functions:',
      layout,
      lines(working, (name) => layout.name(name)),
    ),
    section(
      'Not provided:',
      layout,
      lines(
        functions.filter(({ isProvided }) => !isProvided),
        (name) => layout.faint(name),
      ),
    ),
    wrap(
      `whmapi1 FUNCTION --help explains a function${working.length === 0 ? '' : `, man whmapi1-${folder} those that work`}.`,
      layout,
    ),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

async function absentHelp(command: string, folder: string, layout: Layout): Promise<string> {
  const { catalogues } = await import('../catalogue/loaders.generated.ts');
  const known = (await catalogues[folder]?.())?.default.functions[command];
  if (known === undefined) throw new TypeError(`The catalogue has no ${command}.`);
  const parts = [
    layout.heading(wrap(`${command} is not provided on this server.`, layout)),
    wrap(known.summary, layout),
    section(
      'Parameters:',
      layout,
      Object.entries(known.params).map(([name, param]) => entry(name, param.doc, traits(param), layout)),
    ),
    answer(known, layout),
    wrap([since(known), ...(known.gap === undefined ? [] : [known.gap])].join(' '), layout),
    wrap(`Family: ${titleOf(folder)} (whmapi1 --help ${folder})`, layout),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

const types: Readonly<Record<string, string>> = { flag: '1 or 0', any: 'any value', array: 'list' };

function traits({ type, required, default: value, values, list }: CatalogueParam): string {
  return [
    required === true ? 'required' : 'optional',
    values === undefined ? (types[type] ?? type) : values.join(' or '),
    ...(value === undefined ? [] : [value === '' ? 'default: empty' : `default ${value}`]),
    ...(list === true ? ['repeatable'] : []),
  ].join('; ');
}

function answer({ returns, gap }: CatalogueEntry, layout: Layout): string {
  const fields = fieldsOf('', returns).map(
    ([path, type]) => `  ${layout.name(path)}  ${layout.faint(`(${type})`)}`,
  );
  // If some fields are unknown, the response may not be empty.
  return fields.length === 0 && gap !== undefined ? '' : section('Response:', layout, fields);
}

function fieldsOf(path: string, shape: CatalogueShape): (readonly [path: string, type: string])[] {
  if (shape === null) return [];
  if (typeof shape === 'string') return [[path, shape.replaceAll('|', ' or ')]];
  if (isList(shape)) return shape.flatMap((item) => fieldsOf(`${path}[]`, item));
  return Object.entries(shape).flatMap(([key, inner]) =>
    fieldsOf(path === '' ? key : `${path}.${key}`, inner),
  );
}

function isList(shape: Exclude<CatalogueShape, string | null>): shape is readonly CatalogueShape[] {
  return Array.isArray(shape);
}

function since({ since: version, dropped, deprecated }: CatalogueEntry): string {
  return [
    version === null
      ? 'The version of WHM that introduced it is not documented.'
      : `Available in WHM since version ${version}.`,
    ...(dropped === true ? ['cPanel has removed it.'] : []),
    ...(deprecated === true ? ['It is deprecated.'] : []),
  ].join(' ');
}
