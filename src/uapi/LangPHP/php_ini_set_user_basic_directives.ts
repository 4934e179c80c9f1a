import { changeAccessFiles } from '../../capabilities/access-files/plans/change-access-files.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import * as php from '../../capabilities/php/driver/look-php.ts';
import { readSetting } from '../../capabilities/php/rules/ini.ts';
import { readOwnIni } from '../../capabilities/php/rules/own-ini.ts';
import { editOwn, informOwn, placeParams, vhostOf } from '../../capabilities/php/rules/own-settings.ts';

export default defineUapi({
  name: 'LangPHP::php_ini_set_user_basic_directives',
  since: 52,
  summary: 'Set directives of PHP for a virtual host.',
  description:
    'Only the lines of these directives change, in the account’s file in the document root. Other directives than the ' +
    'basic ones are accepted too, unless only the server’s php.ini can set them.',
  effect: 'operates',
  role: 'WebServer',
  feature: 'multiphp_ini_editor',
  params: {
    directive: {
      type: 'string',
      list: true,
      required: true,
      maxLength: 4096,
      doc: 'A directive and its value with a colon between them: memory_limit:256M. Can be repeated.',
    },
    ...placeParams,
  },
  returns: null,
  examples: [
    {
      args: { type: 'vhost', vhost: 'bob.example', directive: ['memory_limit:256M', 'display_errors:Off'] },
      doc: 'Two directives of bob.example.',
    },
    {
      args: { type: 'vhost', vhost: 'bob.example', directive: ['allow_url_include:On'] },
      doc: 'Only php.ini can set this one.',
      fails: 'bad_param',
    },
  ],

  async look({ directive, ...place }, context) {
    const settings = directive.map(readSetting);
    const own = await readOwnIni(context, php, vhostOf(place));
    return { own, after: await editOwn(own.file, settings, own.directives, own.found) };
  },

  async handler(_args, context, { own, after }) {
    informOwn(context, own);
    const { path, text: before } = own.file;
    context.plan(changeAccessFiles(context.caller.user, [{ path, before, after }]));
  },
});
