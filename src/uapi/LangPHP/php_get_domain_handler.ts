import { defineUapi } from '../../core/define-uapi.ts';
import { badParam } from '../../core/errors.ts';
import { findVersions } from '../../capabilities/php/driver/look-php.ts';
import { DEFAULT_HANDLER } from '../../capabilities/php/rules/handlers.ts';
import { getOwnHost, handlerOf, placeParams, readOwn } from '../../capabilities/php/rules/own-settings.ts';
import { newestOf } from '../../capabilities/php/rules/versions.ts';

export default defineUapi({
  name: 'LangPHP::php_get_domain_handler',
  since: 68,
  summary: 'Show how PHP runs for a virtual host of the account.',
  effect: 'reads',
  role: 'WebServer',
  params: {
    type: {
      ...placeParams.type,
      doc: 'vhost: of a virtual host. home: the handler of the server’s default version.',
    },
    vhost: { ...placeParams.vhost, doc: 'The virtual host. Required with type=vhost.' },
  },
  emptyIsOmitted: true,
  returns: {
    fields: {
      php_handler: {
        type: 'string',
        doc: 'fpm: PHP-FPM. Otherwise the handler, as in php_get_handlers: with “none”, PHP does not run.',
      },
    },
  },
  examples: [
    { args: { type: 'vhost', vhost: 'bob.example' }, doc: 'Of the main domain.' },
    { args: { type: 'home' }, doc: 'Of the server’s default version, without PHP-FPM.' },
  ],

  look: (_args, { machine }) => findVersions(machine),

  async handler({ type, vhost }, context, installed) {
    const own = await readOwn(context, newestOf(installed)?.id);
    if (type === 'home') {
      const { handlers, server } = own.state;
      return { php_handler: handlers.get(server.defaultVersion ?? '') ?? DEFAULT_HANDLER };
    }
    if (vhost === undefined) throw badParam('The parameter “vhost” is required with type=vhost.');
    return { php_handler: handlerOf(getOwnHost(own, 'vhost', vhost).servedBy) };
  },
});
