import { changePhp } from '../../life/plans/change-php.ts';
import { defineFunction } from '../../core/define.ts';
import { findVersions } from '../../capabilities/php/driver/look-php.ts';
import { hostName } from '../../ground/rules/accounts/names.ts';
import { readPoolParameters, versionParam } from '../../capabilities/php/rules/php-form.ts';
import { getVersion, INHERIT, newestOf } from '../../capabilities/php/rules/versions.ts';
import { changedHosts, warnIfNotRun } from '../../capabilities/php/rules/changed-hosts.ts';

export default defineFunction({
  name: 'php_set_vhost_versions',
  since: 60,
  summary: 'Set the PHP version of virtual hosts, and whether they use PHP-FPM.',
  description:
    'The new version runs before the web server uses it, so visitors notice nothing. With PHP-FPM, PHP runs as the ' +
    'user of the account, in a pool for each virtual host. Settings that are not given stay as they are.',
  access: 'root',
  effect: 'operates',
  role: 'WebServer',
  params: {
    version: {
      ...versionParam,
      required: true,
      doc:
        'An installed PHP version, such as ea-php84, or “inherit”: the version of the virtual host whose document root ' +
        'contains this one’s, or the server’s default.',
    },
    vhost: {
      ...hostName,
      required: true,
      list: true,
      doc: 'A virtual host, as php_get_vhost_versions returns it. Can be repeated.',
    },
    php_fpm: {
      type: 'flag',
      doc:
        '1: use PHP-FPM. 0: use the handler of the PHP version (php_get_handlers). Default: as before, because PHP ' +
        'would stop running if the handler is “none”.',
    },
    php_fpm_pool_parms: {
      type: 'json',
      doc:
        'Settings of the pools, as a JSON hash: pm_max_children (default: 5), pm_max_requests (20) and ' +
        'pm_process_idle_timeout (10 seconds).',
    },
  },
  returns: null,
  examples: [
    {
      args: { version: 'ea-php84', vhost: 'bob.example', php_fpm: '1' },
      doc: 'PHP 8.4 for bob.example.',
      setUp: ['createacct'],
    },
    {
      args: {
        version: 'inherit',
        vhost: 'bob.example',
        php_fpm: '1',
        php_fpm_pool_parms: '{"pm_max_children":20}',
      },
      doc: 'The server’s default version, with up to 20 requests at the same time.',
      setUp: ['createacct'],
    },
  ],

  look: (_args, { machine }) => findVersions(machine),

  async handler({ version, vhost, php_fpm: usesFpm, php_fpm_pool_parms: given }, context, installed) {
    const chosen = version === INHERIT ? null : getVersion(installed, 'version', version).id;
    const parameters = given === undefined ? {} : readPoolParameters('php_fpm_pool_parms', given);
    const accounts = await changedHosts(context, {
      names: vhost,
      newest: newestOf(installed)?.id,
      change: (host) => ({ ...host, version: chosen, usesFpm: usesFpm ?? host.usesFpm, ...parameters }),
    });
    for (const account of accounts) warnIfNotRun(context, account, 'Use php_fpm=1.');
    const hosts = accounts.flatMap(({ changed }) => changed);
    context.plan(await changePhp(context, { hosts }, accounts));
  },
});
