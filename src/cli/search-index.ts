// The search indexes. Generating them takes longer than a whole call. Therefore, the build generates them once, and
// replaces this module by one that loads them (scripts/build/search-index.ts).
import MiniSearch from 'minisearch';
import type { CatalogueEntry } from '../catalogue/entry.ts';
import { catalogues } from '../catalogue/loaders.generated.ts';
import { accountPrograms } from '../core/account-programs.ts';
import type { AnyFunction } from '../core/define.ts';
import { index } from '../functions/index.generated.ts';
import { loaders } from '../functions/loaders.generated.ts';
import { accountLoaders } from '../uapi/loaders.generated.ts';
import { titleOf } from './help-layout.ts';
import { catalogue as tweakSettings } from '../capabilities/settings/rules/catalogue.ts';
import { indexOptions, type Indexed, type SearchIndex } from '../search/index-options.ts';

/** Functions of WHM API 1 by their names, and those of accounts by their commands: `uapi Mysql create_database`. */
export async function loadSearchIndex(): Promise<SearchIndex> {
  const search = new MiniSearch(indexOptions);
  for (const [name, load] of Object.entries(loaders)) {
    search.add(ofFunction((await load()).default, titleOf(index[name]?.family ?? '')));
  }
  for (const load of Object.values(catalogues)) {
    const { title, functions } = (await load()).default;
    for (const [name, entry] of Object.entries(functions)) {
      if (!Object.hasOwn(loaders, name)) search.add(ofEntry(name, entry, title));
    }
  }
  for (const { api, name: program, title } of Object.values(accountPrograms)) {
    for (const [name, load] of Object.entries(accountLoaders[api])) {
      search.add({
        ...ofFunction((await load()).default, title),
        name: `${program} ${name.replace('::', ' ')}`,
      });
    }
  }
  return search;
}

/**
 * The index of tweak settings, each as the call that sets it. Settings without effect on this server rank as not
 * provided.
 */
export async function loadSettingIndex(): Promise<SearchIndex> {
  const search = new MiniSearch(indexOptions);
  for (const [key, { module, meaning, acts }] of Object.entries(tweakSettings)) {
    search.add({
      name: key,
      summary: meaning,
      family: module,
      isProvided: acts === true,
      details: 'tweak setting',
    });
  }
  return search;
}

function ofFunction({ name, summary, description, params }: AnyFunction, family: string): Indexed {
  return { name, summary, family, isProvided: true, details: `${description ?? ''} ${textOf(params)}` };
}

function ofEntry(name: string, { summary, params, dropped }: CatalogueEntry, family: string): Indexed {
  const isDropped = dropped === true;
  return { name, summary, family, isProvided: false, isDropped, details: textOf(params) };
}

function textOf(params: Readonly<Record<string, { readonly doc: string }>>): string {
  return Object.entries(params)
    .map(([name, { doc }]) => `${name} ${doc}`)
    .join(' ');
}
