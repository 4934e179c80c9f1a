import { changePhp } from '../../life/plans/change-php.ts';
import { defineFunction } from '../../core/define.ts';
import { findVersions } from '../../capabilities/php/driver/look-php.ts';
import { changedServer } from '../../capabilities/php/rules/changed-hosts.ts';
import { versionParam } from '../../capabilities/php/rules/php-form.ts';
import { getVersion, newestOf } from '../../capabilities/php/rules/versions.ts';

export default defineFunction({
  name: 'php_set_system_default_version',
  since: 52,
  summary: 'Set the default PHP version of this server.',
  description:
    'Virtual hosts without a version of their own use it from now on: php_get_impacted_domains system_default=1 lists ' +
    'them. The new version runs before the web server uses it.',
  access: 'root',
  effect: 'operates',
  role: 'WebServer',
  params: { version: { ...versionParam, required: true } },
  returns: null,
  examples: [{ args: { version: 'ea-php84' }, doc: 'Use PHP 8.4 by default.' }],

  look: (_args, { machine }) => findVersions(machine),

  async handler({ version }, context, installed) {
    const { id: defaultVersion } = getVersion(installed, 'version', version);
    const accounts = await changedServer(context, newestOf(installed)?.id, (state) => ({
      ...state,
      server: { ...state.server, defaultVersion },
    }));
    context.plan(await changePhp(context, { hosts: [], defaultVersion }, accounts));
  },
});
