// What overrides php.ini: the files in conf.d, which PHP reads after it in the order of their names.
import type { MachineFiles, MachineTools } from '../../../core/machine-daemons.ts';
import type { IniOverride } from '../rules/ini.ts';
import { parseIni, type PhpPrograms } from './ini-parser.ts';
import { CONFIGURATION } from './php-pools/places.ts';

const MAX_BYTES = 1024 * 1024;
/** They add to each other. */
const LOADERS = new Set(['extension', 'zend_extension']);

/** The directives that the files in conf.d of PHP-FPM set. Of several values, the last one counts. */
export async function findOverrides(
  files: MachineFiles,
  tools: MachineTools,
  php: PhpPrograms,
): Promise<IniOverride[]> {
  const folder = `${CONFIGURATION}/${php.release}/fpm/conf.d`;
  const names = (await files.list(folder)).filter((name) => name.endsWith('.ini'));
  const texts = await Promise.all(names.map((name) => readText(files, php, folder, name)));
  if (texts.every((text) => text === '')) return [];
  const parsed = await parseIni(tools, php, texts);
  const found = new Map<string, IniOverride>();
  for (const [at, one] of parsed.entries()) {
    const values = 'values' in one ? Object.entries(one.values) : [];
    for (const [name, value] of values) {
      if (LOADERS.has(name) || typeof value !== 'string') continue;
      found.set(name, { name, value, path: `${folder}/${names[at] ?? ''}` });
    }
  }
  return [...found.values()];
}

/** Debian’s phpenmod links `20-name.ini` to the file of the module. Empty for what PHP could not read either. */
async function readText(
  files: MachineFiles,
  { release }: PhpPrograms,
  folder: string,
  name: string,
): Promise<string> {
  const path = `${folder}/${name}`;
  const isLink = (await files.facts(path))?.kind === 'link';
  const module = `${CONFIGURATION}/${release}/mods-available/${name.replace(/^\d+-/, '')}`;
  return (await files.readText(isLink ? module : path, MAX_BYTES).catch(() => '')) ?? '';
}
