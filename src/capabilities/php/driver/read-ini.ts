// Reads the files php.ini of a release.
import type { DriverMachine } from '../../../ground/driver/step.ts';
import type { FoundIni, IniDirective, IniFile } from '../rules/ini.ts';
import type { PhpVersion } from '../rules/versions.ts';
import { digestOf } from '../../../ground/driver/file-driver.ts';
import { CONFIGURATION } from './php-pools/places.ts';
import { directivesOf } from './php-pools/render.ts';
import { findOverrides } from './overrides.ts';
import { iniFiles } from './ini-places.ts';
import { iniTools, parseIni, readDirectives } from './ini-parser.ts';

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
