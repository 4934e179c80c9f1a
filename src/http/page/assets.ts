// The script, the style sheet and the icon of the pages, which `npm run build` puts into dist/page/.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const types = {
  'page.js': 'text/javascript; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;
type Name = keyof typeof types;

export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: Buffer;
}

export type Assets = Readonly<Record<Name, Asset>>;

let read: Assets | undefined;

/** Reads the files once. @throws Error if nothing is built. */
export function assets(): Assets {
  return (read ??= readAssets());
}

function readAssets(): Assets {
  // Next to the bundled server. When run from source, the last build.
  const folders = [join(__dirname, 'page'), join(__dirname, '../../../dist/page')];
  const folder = folders.find((one) => existsSync(join(one, 'page.js')));
  if (folder === undefined) throw new Error('The pages are not built yet. Run: npm run build');
  const entries = Object.entries(types).map(([name, type]) => {
    const body = readFileSync(join(folder, name));
    const hash = createHash('sha256').update(body).digest('hex').slice(0, 12);
    return [name, { path: `/assets/${name.replace('.', `-${hash}.`)}`, type, body }];
  });
  return Object.fromEntries(entries) as Assets;
}
