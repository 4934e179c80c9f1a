import { defineUapi } from '../../core/define-uapi.ts';
import { findVersions } from '../../capabilities/php/driver/look-php.ts';

export default defineUapi({
  name: 'LangPHP::php_get_installed_versions',
  since: 52,
  summary: 'List the installed PHP versions.',
  effect: 'reads',
  role: 'WebServer',
  feature: 'multiphp',
  params: {},
  returns: {
    fields: {
      versions: { list: { type: 'string' }, doc: 'The versions, such as ea-php84, the oldest first.' },
    },
  },
  examples: [{ args: {}, doc: 'The versions that virtual hosts can use.' }],

  look: (_args, { machine }) => findVersions(machine),

  async handler(_args, _context, installed) {
    return { versions: installed.map(({ id }) => id) };
  },
});
