// The scripts, styles and images of Roundcube, from Debian’s package. Its folders belong to root and have links to other
// packages. A path from outside has only names of visible files.
import { readFile } from 'node:fs/promises';
import { PUBLIC } from '../../capabilities/webmail/rules/places.ts';

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  gif: 'image/gif',
  html: 'text/html; charset=utf-8',
  ico: 'image/x-icon',
  jpg: 'image/jpeg',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  mp3: 'audio/mpeg',
  png: 'image/png',
  svg: 'image/svg+xml',
  tiff: 'image/tiff',
  webp: 'image/webp',
  woff: 'font/woff',
  woff2: 'font/woff2',
};

const NAME = '[A-Za-z0-9_][A-Za-z0-9_-]*(?:\\.[A-Za-z0-9_-]+)*';
const FILE = new RegExp(`^(?:program/(?:js|resources)|skins|plugins)(?:/${NAME})+\\.([a-z0-9]+)$`);

/** True for the path of a file that browsers may get, if it exists. */
export const isPublic = (path: string): boolean => TYPES[FILE.exec(path)?.[1] ?? ''] !== undefined;

/** @param path that `isPublic`. Undefined if there is no such file. */
export async function readPublic(
  path: string,
  locate: (path: string) => string,
): Promise<{ readonly type: string; readonly content: Buffer } | undefined> {
  const type = TYPES[FILE.exec(path)?.[1] ?? ''];
  if (type === undefined) return undefined;
  try {
    return { type, content: await readFile(locate(`${PUBLIC}/${path}`)) };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return undefined;
    throw error;
  }
}
