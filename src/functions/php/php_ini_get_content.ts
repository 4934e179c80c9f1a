import { defineFunction } from '../../core/define.ts';
import { findVersions, readIni } from '../../capabilities/php/driver/look-php.ts';
import { versionParam } from '../../capabilities/php/rules/php-form.ts';
import { getVersion } from '../../capabilities/php/rules/versions.ts';

export default defineFunction({
  name: 'php_ini_get_content',
  since: 52,
  summary: 'Show the configuration file of a PHP version as text.',
  description: 'It is the file of PHP-FPM: /etc/php/8.4/fpm/php.ini for ea-php84.',
  access: 'root',
  effect: 'reads',
  role: 'WebServer',
  params: { version: { ...versionParam, required: true } },
  returns: { content: { type: 'string', doc: 'The text; empty if there is no such file.' } },
  examples: [{ args: { version: 'ea-php84' }, doc: 'The file of PHP 8.4.' }],

  async look({ version }, { machine }) {
    const found = await readIni(machine, getVersion(await findVersions(machine), 'version', version));
    return found.files[0];
  },

  async handler(_args, { inform }, file) {
    if (file?.digest === null) inform(`“${file.path}” does not exist, so PHP uses its defaults.`);
    return { content: file?.content ?? '' };
  },
});
