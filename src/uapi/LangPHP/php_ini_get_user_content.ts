import { defineUapi } from '../../core/define-uapi.ts';
import * as php from '../../capabilities/php/driver/look-php.ts';
import { readOwnIni } from '../../capabilities/php/rules/own-ini.ts';
import { metadataOf, placeParams, vhostOf } from '../../capabilities/php/rules/own-settings.ts';

export default defineUapi({
  name: 'LangPHP::php_ini_get_user_content',
  since: 52,
  summary: 'Show the account’s file with directives of PHP for a virtual host.',
  effect: 'reads',
  role: 'WebServer',
  feature: 'multiphp_ini_editor',
  params: placeParams,
  emptyIsOmitted: true,
  returns: { fields: { content: { type: 'string', doc: 'The text. Empty if there is no file.' } } },
  examples: [
    { args: { type: 'vhost', vhost: 'bob.example' }, doc: 'The file of bob.example.' },
    { args: { type: 'home' }, doc: 'PHP reads no such file.', fails: 'bad_param' },
  ],

  look: (args, context) => readOwnIni(context, php, vhostOf(args)),

  async handler(_args, { addMetadata }, own) {
    addMetadata(metadataOf(own));
    return { content: own.file.text };
  },
});
