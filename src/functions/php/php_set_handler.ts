import { changePhp } from '../../life/plans/change-php.ts';
import { defineFunction } from '../../core/define.ts';
import { findVersions } from '../../capabilities/php/driver/look-php.ts';
import { changedServer } from '../../capabilities/php/rules/changed-hosts.ts';
import { versionParam } from '../../capabilities/php/rules/php-form.ts';
import { assertAvailable, handlerNames } from '../../capabilities/php/rules/handlers.ts';
import { getVersion, newestOf } from '../../capabilities/php/rules/versions.ts';

export default defineFunction({
  name: 'php_set_handler',
  since: 54,
  summary: 'Set the handler of a PHP version.',
  description:
    'The handler runs PHP for the virtual hosts that do not use PHP-FPM. php_get_handlers lists the available handlers. ' +
    'cgi is available if the CGI program of the version is installed, such as Debian’s package php8.4-cgi. ' +
    'suphp and dso are never available: with them, PHP would not be confined to the account.',
  access: 'root',
  effect: 'operates',
  role: 'WebServer',
  params: {
    version: { ...versionParam, required: true, doc: 'An installed PHP version, such as ea-php84.' },
    handler: { type: 'string', required: true, values: handlerNames, doc: 'The handler.' },
  },
  returns: null,
  examples: [{ args: { version: 'ea-php84', handler: 'none' }, doc: 'Run PHP 8.4 only with PHP-FPM.' }],

  look: (_args, { machine }) => findVersions(machine),

  async handler({ version, handler: name }, context, installed) {
    const found = getVersion(installed, 'version', version);
    assertAvailable(found, name);
    const accounts = await changedServer(context, newestOf(installed)?.id, (state) => ({
      ...state,
      handlers: new Map([...state.handlers, [found.id, name]]),
    }));
    context.plan(await changePhp(context, { hosts: [], handler: { version: found.id, name } }, accounts));
  },
});
