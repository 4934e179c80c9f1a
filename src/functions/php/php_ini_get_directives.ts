import { defineFunction } from '../../core/define.ts';
import { findVersions, readIni } from '../../drivers/php/look.ts';
import { versionParam } from '../../model/php/form.ts';
import { explanations, modeOf, typeOf } from '../../model/php/ini.ts';
import { getVersion } from '../../model/php/versions.ts';

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
        fields: {
          key: { type: 'string', doc: 'The name.' },
          value: { type: 'string', doc: 'The value; “On” or “Off” for booleans.' },
          default_value: { type: 'string', doc: 'The value without a php.ini.' },
          info: {
            type: 'string',
            doc: 'The explanation in the comments of php.ini; empty if there is none.',
          },
          php_ini_mode: {
            type: 'string',
            doc: 'Where it can be set: PHP_INI_SYSTEM, PHP_INI_PERDIR or PHP_INI_ALL.',
          },
          type: {
            type: 'string',
            doc: '“boolean”, “integer” (also with a unit, as 128M), “float” or “string”, as the default value shows.',
          },
        },
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
    const info = explanations(content);
    return {
      directives: directives.map((one) => ({
        key: one.name,
        value: one.value,
        default_value: one.defaultValue,
        info: info.get(one.name) ?? '',
        php_ini_mode: modeOf(one),
        type: typeOf(one),
      })),
    };
  },
});
