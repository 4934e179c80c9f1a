// Makes the indexes of --search at build time: loading one takes a quarter of the time that making it does.
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { loadSearchIndex, loadSettingIndex } from '../../src/cli/search-index.ts';
import type { SearchIndex } from '../../src/search/index-options.ts';

export function readySearchIndex(top: string): Plugin {
  return {
    name: 'ready search index',
    setup(build) {
      build.onLoad({ filter: /\/src\/cli\/search-index\.ts$/ }, async () => {
        return {
          resolveDir: join(top, 'src/cli'),
          contents: `
            import MiniSearch from 'minisearch';
            import { indexOptions } from '../search/index-options.ts';
            export async function loadSearchIndex() {
              return MiniSearch.loadJSON(${asText(await loadSearchIndex())}, indexOptions);
            }
            export async function loadSettingIndex() {
              return MiniSearch.loadJSON(${asText(await loadSettingIndex())}, indexOptions);
            }`,
        };
      });
    },
  };
}

/** A literal of the index's JSON, in ASCII: V8 keeps such a text in half the room. */
function asText(index: SearchIndex): string {
  const text = JSON.stringify(index).replaceAll(
    /[^\0-\x7f]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return JSON.stringify(text);
}
