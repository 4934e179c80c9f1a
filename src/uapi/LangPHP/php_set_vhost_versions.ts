import { changePhp } from '../../life/plans/change-php.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { findVersions } from '../../capabilities/php/driver/look-php.ts';
import { hostName } from '../../ground/rules/accounts/names.ts';
import { changedHosts, warnIfNotRun } from '../../capabilities/php/rules/changed-hosts.ts';
import { versionParam } from '../../capabilities/php/rules/php-form.ts';
import { getOwnHost, readOwn } from '../../capabilities/php/rules/own-settings.ts';
import { getVersion, INHERIT, newestOf } from '../../capabilities/php/rules/versions.ts';

export default defineUapi({
  name: 'LangPHP::php_set_vhost_versions',
  since: 52,
  summary: 'Set the PHP version of virtual hosts of the account.',
  description:
    'The new version runs before the web server uses it, so visitors notice nothing. Whether a virtual host uses ' +
    'PHP-FPM stays as it is.',
  effect: 'operates',
  role: 'WebServer',
  feature: 'multiphp',
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
      doc: 'A virtual host of the account. Can be repeated.',
    },
  },
  returns: {
    fields: { vhosts: { list: { type: 'string' }, doc: 'The virtual hosts that were set, sorted by name.' } },
  },
  examples: [
    { args: { version: 'ea-php84', vhost: 'bob.example' }, doc: 'PHP 8.4 for bob.example.' },
    { args: { version: 'inherit', vhost: ['bob.example'] }, doc: 'The server’s default.' },
    { args: { version: 'ea-php84', vhost: 'eve.example' }, doc: 'Another account.', fails: 'not_found' },
  ],

  look: (_args, { machine }) => findVersions(machine),

  async handler({ version, vhost: names }, context, installed) {
    const newest = newestOf(installed)?.id;
    const own = await readOwn(context, newest);
    for (const name of names) getOwnHost(own, 'vhost', name);
    const chosen = version === INHERIT ? null : getVersion(installed, 'version', version).id;
    const accounts = await changedHosts(context, {
      ...{ names, newest },
      change: (host) => ({ ...host, version: chosen }),
    });
    for (const account of accounts) warnIfNotRun(context, account, 'Ask your administrator to enable it.');
    const hosts = accounts.flatMap(({ changed }) => changed);
    context.plan(await changePhp(context, { hosts }, accounts));
    return { vhosts: [...new Set(names)].sort() };
  },
});
