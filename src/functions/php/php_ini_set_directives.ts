import { setPhpIni } from '../../capabilities/php/plans/set-php-ini.ts';
import { defineFunction } from '../../core/define.ts';
import { findVersions, readIni } from '../../capabilities/php/driver/look-php.ts';
import { editFiles, findOverriding } from '../../capabilities/php/rules/ini-settings.ts';
import { readSetting } from '../../capabilities/php/rules/ini.ts';
import { versionParam } from '../../capabilities/php/rules/php-form.ts';
import { getVersion } from '../../capabilities/php/rules/versions.ts';

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
    const files = await editFiles(found, settings);
    const overriding = await findOverriding(found, files, settings);
    const ofAccounts = new Set(found.accountDirectives('').map(({ name }) => name));
    const ofPools = settings.map(({ name }) => name).filter((name) => ofAccounts.has(name));
    return { desired: { php: found.php, files }, overriding, ofPools };
  },

  async handler(_args, { plan, inform, warn }, { desired, overriding, ofPools }) {
    for (const { name, value, path } of overriding) {
      warn(
        `“${path}” sets ${name} to “${value}”. PHP reads that file after php.ini, so the new value has no effect on ` +
          'PHP-FPM until you remove the line from that file.',
      );
    }
    for (const name of ofPools) {
      warn(
        `The pools of accounts have a value of their own for ${name}, so the new value does not apply to them.`,
      );
    }
    if (desired.files.length === 0) inform('The directives already have these values.');
    plan(setPhpIni([desired]));
  },
});
