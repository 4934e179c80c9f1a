// The catalogue as the program loads it: by family, and what is not provided here by name.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AbsentRow, Catalogue, CatalogueEntry, FamilyRow } from '../../src/catalogue/entry.ts';
import type { PlacedFunction } from '../generate.ts';
import { allFamilies } from './families.ts';

const base = join(import.meta.dirname, '../../src/catalogue');

export interface Documented {
  readonly name: string;
  /** The family's folder. */
  readonly folder: string;
  readonly entry: CatalogueEntry;
}

/** Every documented function, by family and then by name. */
export const documented: readonly Documented[] = allFamilies.flatMap(({ folder, functions: names }) => {
  const { functions } = JSON.parse(readFileSync(join(base, `${folder}.json`), 'utf8')) as Catalogue;
  return [...names].sort().map((name) => {
    const entry = functions[name];
    if (entry === undefined) throw new Error(`src/catalogue/${folder}.json has no entry for ${name}.`);
    return { name, folder, entry };
  });
});

/** Path and text of every generated module of src/catalogue. */
export function catalogueModules(
  functions: readonly PlacedFunction[],
  notice: string,
): readonly (readonly [path: string, text: string])[] {
  const working = new Set(functions.map(({ fn }) => fn.name));
  return [
    ['src/catalogue/families.generated.ts', familiesModule(notice)],
    ['src/catalogue/absent.generated.ts', absentModule(working, notice)],
    ['src/catalogue/loaders.generated.ts', loadersModule(notice)],
  ];
}

function familiesModule(notice: string): string {
  const rows = allFamilies.map(({ folder, title, functions }): [string, FamilyRow] => [
    folder,
    { title, documented: functions.length },
  ]);
  return `${notice}// The families of the API's documentation, by folder.
import type { FamilyRow } from './entry.ts';

export const families: Readonly<Record<string, FamilyRow>> = ${JSON.stringify(Object.fromEntries(rows))};\n`;
}

function absentModule(working: ReadonlySet<string>, notice: string): string {
  const rows = documented
    .filter(({ name }) => !working.has(name))
    .map(({ name, folder, entry: { summary, dropped } }): [string, AbsentRow] => [
      name,
      { family: folder, summary, ...(dropped === true ? { dropped } : {}) },
    ]);
  return `${notice}// The documented functions that are not provided here.
import type { AbsentRow } from './entry.ts';

export const absent: Readonly<Record<string, AbsentRow>> = ${JSON.stringify(Object.fromEntries(rows))};\n`;
}

function loadersModule(notice: string): string {
  const rows = allFamilies.map(({ folder }) => `  '${folder}': () => import('./${folder}.json'),\n`);
  return `${notice}// How the catalogue of each family is loaded.
import type { Catalogue } from './entry.ts';

export const catalogues: Readonly<Record<string, () => Promise<{ default: Catalogue }>>> = {\n${rows.join('')}};\n`;
}
