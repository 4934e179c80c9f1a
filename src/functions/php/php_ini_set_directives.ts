import { setPhpIni } from '../../changes/set-php-ini.ts';
import { defineFunction } from '../../core/define.ts';
import { findVersions, readIni } from '../../drivers/php/look.ts';
import { editFiles } from '../../model/php/ini-settings.ts';
import { readSetting } from '../../model/php/ini.ts';
import { versionParam } from '../../model/php/form.ts';
import { getVersion } from '../../model/php/versions.ts';

export default defineFunction({
  name: 'php_ini_set_directives',
  since: 52,
  summary: 'Set directives of a PHP version.',
  description:
    'Only the lines of these directives change, in the php.ini of PHP-FPM, and in that of the CGI program if it is ' +
    'installed. Comments and other lines stay as they are. PHP checks the result, and PHP-FPM is then reloaded. ' +
    'php_ini_get_directives lists the directives.',
  access: 'root',
  effect: 'operates',
  role: 'WebServer',
  params: {
    version: { ...versionParam, required: true },
    directive: {
      type: 'string',
      list: true,
      required: true,
      maxLength: 4096,
      doc: 'A directive and its value with a colon between them: memory_limit:256M.',
    },
  },
  returns: null,
  examples: [
    {
      args: { version: 'ea-php84', directive: ['memory_limit:256M', 'display_errors:Off'] },
      doc: 'Two directives of PHP 8.4.',
    },
  ],

  async look({ version, directive }, { machine }) {
    const settings = directive.map(readSetting);
    const found = await readIni(machine, getVersion(await findVersions(machine), 'version', version));
    return { php: found.php, files: await editFiles(found, settings) };
  },

  async handler(_args, { plan, inform }, desired) {
    if (desired.files.length === 0) inform('The directives already have these values.');
    plan(setPhpIni([desired]));
  },
});
