import { defineFunction } from '../../core/define.ts';
import { findVersions } from '../../capabilities/php/driver/look-php.ts';
import { versionParam } from '../../capabilities/php/rules/php-form.ts';
import { getVersion, INHERIT, newestOf } from '../../capabilities/php/rules/versions.ts';
import { namesOfHosts, prepareList } from '../../capabilities/php/rules/virtual-hosts.ts';

export default defineFunction({
  name: 'php_get_vhosts_by_version',
  since: 62,
  summary: 'List the virtual hosts that use a PHP version.',
  access: 'root',
  effect: 'reads',
  role: 'WebServer',
  params: {
    version: {
      ...versionParam,
      required: true,
      doc: 'An installed PHP version, such as ea-php84, or “inherit” for the virtual hosts without a version of their own.',
    },
  },
  returns: { vhosts: { list: { type: 'string' }, doc: 'The virtual hosts, sorted by name.' } },
  examples: [{ args: { version: 'inherit' }, doc: 'The virtual hosts that follow another setting.' }],

  look: (_args, { machine }) => findVersions(machine),

  async handler({ version }, { db, caller }, installed) {
    const isUsed = version === INHERIT ? undefined : getVersion(installed, 'version', version).id;
    const list = await prepareList(db, caller, newestOf(installed)?.id);
    const condition =
      isUsed === undefined
        ? { where: '("decidedBy" IS NULL OR "decidedBy" <> servername)', values: [] }
        : { where: 'COALESCE(version, ?) = ?', values: [list.server.defaultVersion, isUsed] };
    return { vhosts: await namesOfHosts(db, list, condition) };
  },
});
