import { defineFunction } from '../../core/define.ts';
import { findVersions } from '../../capabilities/php/driver/look-php.ts';
import { versionParam } from '../../capabilities/php/rules/php-form.ts';
import { availableHandlers, DEFAULT_HANDLER } from '../../capabilities/php/rules/handlers.ts';
import { readHandlers } from '../../capabilities/php/rules/settings.ts';
import { getVersion } from '../../capabilities/php/rules/versions.ts';

export default defineFunction({
  name: 'php_get_handlers',
  since: 54,
  summary: 'List the handler of each PHP version, and the available ones.',
  description:
    'A handler runs PHP for the virtual hosts that do not use PHP-FPM. With “cgi”, which needs the CGI program of the ' +
    'version, each request starts PHP as the user of the account. With “none”, their PHP files are not served. ' +
    'PHP-FPM is not a handler: each virtual host uses it or not (php_set_vhost_versions).',
  access: 'root',
  effect: 'reads',
  role: 'WebServer',
  params: {
    version: { ...versionParam, doc: 'Only this version, such as ea-php84. Default: all versions.' },
  },
  returns: {
    version_handlers: {
      list: {
        fields: {
          version: { type: 'string', doc: 'The version.' },
          current_handler: { type: 'string', doc: 'Its handler.' },
          available_handlers: {
            list: { type: 'string' },
            doc: 'The handlers that php_set_handler accepts for it.',
          },
        },
      },
      doc: 'The versions, the oldest first.',
    },
  },
  list: 'version_handlers',
  examples: [{ args: {}, doc: 'The handlers of all versions.' }],

  look: (_args, { machine }) => findVersions(machine),

  async handler({ version }, { db }, installed) {
    const wanted = version === undefined ? installed : [getVersion(installed, 'version', version)];
    const handlers = await readHandlers(db);
    return {
      version_handlers: wanted.map((one) => ({
        version: one.id,
        current_handler: handlers.get(one.id) ?? DEFAULT_HANDLER,
        available_handlers: availableHandlers(one),
      })),
    };
  },
});
