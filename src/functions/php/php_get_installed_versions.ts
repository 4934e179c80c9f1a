import { defineFunction } from '../../core/define.ts';
import { findVersions } from '../../capabilities/php/driver/look-php.ts';

export default defineFunction({
  name: 'php_get_installed_versions',
  since: 52,
  summary: 'List the installed PHP versions.',
  description:
    'A version is installed if its PHP-FPM is: Debian’s package php-fpm, or that of another repository with the same ' +
    'layout. PHP 8.4 is named ea-php84, as clients of WHM expect.',
  access: 'root',
  effect: 'reads',
  role: 'WebServer',
  params: {},
  returns: { versions: { list: { type: 'string' }, doc: 'The versions, the oldest first.' } },
  examples: [{ args: {}, doc: 'The versions of this server.' }],

  look: (_args, { machine }) => findVersions(machine),

  async handler(_args, _context, versions) {
    return { versions: versions.map(({ id }) => id) };
  },
});
