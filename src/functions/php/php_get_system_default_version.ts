import { defineFunction } from '../../core/define.ts';
import { findVersions } from '../../capabilities/php/driver/look-php.ts';
import { readServer } from '../../capabilities/php/rules/settings.ts';
import { assertSome, newestOf } from '../../capabilities/php/rules/versions.ts';

export default defineFunction({
  name: 'php_get_system_default_version',
  since: 52,
  summary: 'Show the default PHP version of this server.',
  description:
    'Virtual hosts without a version of their own use it. Unless it was set, it is the newest version.',
  access: 'root',
  effect: 'reads',
  role: 'WebServer',
  params: {},
  returns: { version: { type: 'string', doc: 'The version, such as ea-php84.' } },
  examples: [{ args: {}, doc: 'The version that new accounts use.' }],

  look: (_args, { machine }) => findVersions(machine),

  async handler(_args, { db }, versions) {
    const { defaultVersion } = await readServer(db);
    if (defaultVersion !== null) return { version: defaultVersion };
    assertSome(versions);
    return { version: newestOf(versions)?.id ?? '' };
  },
});
