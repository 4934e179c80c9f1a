import { defineFunction } from '../../core/define.ts';
import { findVersions, readIni } from '../../capabilities/php/driver/look-php.ts';
import { versionParam } from '../../capabilities/php/rules/php-form.ts';
import { directiveFields, directiveRows } from '../../capabilities/php/rules/directive-rows.ts';
import { getVersion } from '../../capabilities/php/rules/versions.ts';

export default defineFunction({
  name: 'php_ini_get_directives',
  since: 52,
  summary: 'List the directives of a PHP version, with their values.',
  description:
    'PHP itself reports the directives, their values with the php.ini of PHP-FPM, their defaults, and where they can be ' +
    'set. Pools and .user.ini files can have other values.',
  access: 'root',
  effect: 'reads',
  role: 'WebServer',
  params: { version: { ...versionParam, required: true } },
  returns: {
    directives: {
      list: {
        fields: directiveFields,
      },
      doc: 'The directives, sorted by name.',
    },
  },
  list: 'directives',
  columns: ['key', 'value', 'default_value', 'type', 'php_ini_mode'],
  examples: [{ args: { version: 'ea-php84' }, doc: 'The directives of PHP 8.4.' }],

  async look({ version }, { machine }) {
    const found = await readIni(machine, getVersion(await findVersions(machine), 'version', version));
    return { content: found.files[0]?.content ?? '', directives: await found.directives() };
  },

  async handler(_args, _context, { content, directives }) {
    return { directives: directiveRows(content, directives) };
  },
});
