// The catalogue as the program loads it: by family, and what is not provided here by name.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  AbsentRow,
  Catalogue,
  CatalogueEntry,
  FamilyRow,
  ProvidedEntry,
} from '../../src/catalogue/entry.ts';
import provided from '../../src/catalogue/provided.json';
import type { PlacedFunction } from '../generate.ts';
import { allFamilies } from './families.ts';

const base = join(import.meta.dirname, '../../src/catalogue');

export interface Documented {
  readonly name: string;
  /** The family's folder. */
  readonly folder: string;
  /** True if WHM's present API no longer has the function. */
  readonly isDropped: boolean;
  /** Undefined if the function is provided here. */
  readonly entry: CatalogueEntry | undefined;
}

const known: Readonly<Record<string, ProvidedEntry>> = provided;

/** What the catalogue has of the functions of a family that are not provided here. */
function readFamily(folder: string): Catalogue['functions'] {
  const path = join(base, `${folder}.json`);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Catalogue).functions : {};
}

/** Every documented function, by family and then by name. */
export const documented: readonly Documented[] = allFamilies.flatMap(({ folder, functions: names }) => {
  const functions = readFamily(folder);
  return [...names].sort().map((name) => {
    const entry = functions[name];
    const { dropped } = entry ?? known[name] ?? {};
    return { name, folder, isDropped: dropped === true, entry };
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
    .flatMap(({ name, folder, isDropped, entry }): [string, AbsentRow][] =>
      // A contract test finds a function that has no description anywhere.
      entry === undefined
        ? []
        : [[name, { family: folder, summary: entry.summary, ...(isDropped && { dropped: true }) }]],
    );
  return `${notice}// The documented functions that are not provided here.
import type { AbsentRow } from './entry.ts';

export const absent: Readonly<Record<string, AbsentRow>> = ${JSON.stringify(Object.fromEntries(rows))};\n`;
}

function loadersModule(notice: string): string {
  const files = allFamilies.filter(({ folder }) => existsSync(join(base, `${folder}.json`)));
  const rows = files.map(({ folder }) => `  '${folder}': () => import('./${folder}.json'),\n`);
  return `${notice}// How the catalogue of each family is loaded.
import type { Catalogue } from './entry.ts';

export const catalogues: Readonly<Record<string, () => Promise<{ default: Catalogue }>>> = {\n${rows.join('')}};\n`;
}
