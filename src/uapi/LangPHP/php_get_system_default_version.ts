import { defineUapi } from '../../core/define-uapi.ts';
import { findVersions } from '../../capabilities/php/driver/look-php.ts';
import { readServer } from '../../capabilities/php/rules/settings.ts';
import { newestOf } from '../../capabilities/php/rules/versions.ts';

export default defineUapi({
  name: 'LangPHP::php_get_system_default_version',
  since: 52,
  summary: 'Show the default PHP version of this server.',
  description: 'Virtual hosts that inherit their version from no other virtual host use it.',
  effect: 'reads',
  role: 'WebServer',
  feature: 'multiphp',
  params: {},
  returns: {
    fields: {
      version: { type: 'string|null', doc: 'The version, such as ea-php84. Null if this server has no PHP.' },
    },
  },
  examples: [{ args: {}, doc: 'The version that “inherit” means.' }],

  look: (_args, { machine }) => findVersions(machine),

  async handler(_args, { db }, installed) {
    return { version: (await readServer(db)).defaultVersion ?? newestOf(installed)?.id ?? null };
  },
});
