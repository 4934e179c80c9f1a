// Reads the files php.ini of a release.
import type { DriverMachine } from '../../../ground/driver/step.ts';
import type { FoundIni, IniDirective, IniFile, IniOverride } from '../rules/ini.ts';
import type { PhpVersion } from '../rules/versions.ts';
import { digestOf } from '../../../ground/driver/file-driver.ts';
import { CONFIGURATION } from './php-pools/places.ts';
import { directivesOf } from './php-pools/render.ts';
import { iniTools, parseIni, readDirectives, type PhpPrograms } from './ini-parser.ts';
import type { MachineFiles, MachineTools } from '../../../core/machine-daemons.ts';

/** Reads the file of PHP-FPM, and that of the CGI program if it exists. */
export async function readIni(machine: DriverMachine, version: PhpVersion): Promise<FoundIni> {
  const { release, fpm, cli } = version;
  const php = { release, fpm, cli };
  const files = await machine.files([CONFIGURATION]);
  const read = async (path: string): Promise<IniFile> => {
    const content = await files.readText(path);
    return { path, content: content ?? '', digest: content === undefined ? null : digestOf(content) };
  };
  const [ofFpm, ofCgi] = await Promise.all(iniFiles(release).map(read));
  const all =
    ofFpm === undefined ? [] : [ofFpm, ...(ofCgi === undefined || ofCgi.digest === null ? [] : [ofCgi])];
  const tools = await machine.tools(iniTools(php));
  return {
    php,
    files: all,
    parse: (...texts) => parseIni(tools, php, texts),
    directives: (): Promise<IniDirective[]> =>
      readDirectives(tools, php, ofFpm?.digest === null ? undefined : ofFpm?.path),
    overrides: () => findOverrides(files, tools, php),
    accountDirectives: directivesOf,
  };
}

// The files php.ini of a release. Debian has one for each way in which PHP runs.

/** For the sites: PHP-FPM, and the CGI program if it is installed. The command line keeps its own file. */
const iniFiles = (release: string): readonly [fpm: string, cgi: string] => [
  `${CONFIGURATION}/${release}/fpm/php.ini`,
  `${CONFIGURATION}/${release}/cgi/php.ini`,
];

// What overrides php.ini: the files in conf.d, which PHP reads after it in the order of their names.
const MAX_BYTES = 1024 * 1024;
/** They add to each other. */
const LOADERS = new Set(['extension', 'zend_extension']);

/** The directives that the files in conf.d of PHP-FPM set. Of several values, the last one counts. */
async function findOverrides(
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
