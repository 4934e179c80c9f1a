// The script, the style sheet and the icon of the server's pages.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';

/** @param folder where they are put. */
export async function bundlePage(top: string, folder: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: top,
    entryPoints: ['src/http/page/browser/page.ts', 'src/http/page/browser/page.css'],
    outdir: folder,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: ['es2022', 'chrome115', 'firefox115', 'safari16.4'],
    minify: true,
    legalComments: 'none',
    metafile: true,
  });
  copyFileSync(join(top, 'src/http/page/browser/icon.svg'), join(folder, 'icon.svg'));
  return metafile;
}
