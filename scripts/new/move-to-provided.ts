// Where the documentation of a function goes once the function is started.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { CatalogueParam, ProvidedEntry } from '../../src/catalogue/entry.ts';
import { base, readFamily } from './from-catalogue.ts';

/**
 * Moves what is documented of a function from its family's file to provided.json, without its texts: they are in the
 * function's own description from now on.
 */
export async function moveToProvided(folder: string, name: string): Promise<void> {
  const family = readFamily(folder);
  const entry = family?.functions[name];
  if (family === undefined || entry === undefined) return;
  const provided = JSON.parse(readFileSync(join(base, 'provided.json'), 'utf8')) as Record<
    string,
    ProvidedEntry
  >;
  const { since, dropped, params } = entry;
  const traits = Object.entries(params).map(([param, known]) => {
    const own = Object.entries(known).filter(([trait]) => trait !== 'doc');
    return [param, Object.fromEntries(own)] as [string, Omit<CatalogueParam, 'doc'>];
  });
  provided[name] = { since, ...(dropped && { dropped }), params: Object.fromEntries(traits) };
  const inOrder = Object.entries(provided).sort(([a], [b]) => (a < b ? -1 : 1));
  // A parameter is one line where it fits.
  const rows = JSON.stringify(Object.fromEntries(inOrder), null, 2);
  await writeJson('provided.json', rows.replaceAll(/\{\s+("type": [^{}]*?)\s+\}/g, '{ $1 }'));
  const others = Object.entries(family.functions).filter(([one]) => one !== name);
  if (others.length === 0) rmSync(join(base, `${folder}.json`));
  else {
    const functions = Object.fromEntries(others);
    await writeJson(`${folder}.json`, JSON.stringify({ ...family, functions }, null, 2));
  }
}

async function writeJson(file: string, text: string): Promise<void> {
  const path = join(base, file);
  writeFileSync(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}
