import { defineUapi } from '../../core/define-uapi.ts';
import * as php from '../../capabilities/php/driver/look-php.ts';
import { directiveFields, directiveRows } from '../../capabilities/php/rules/directive-rows.ts';
import { readOwnIni } from '../../capabilities/php/rules/own-ini.ts';
import {
  basicDirectives,
  metadataOf,
  placeParams,
  vhostOf,
  withOwnValues,
} from '../../capabilities/php/rules/own-settings.ts';

export default defineUapi({
  name: 'LangPHP::php_ini_get_user_basic_directives',
  since: 52,
  summary: 'List the most common directives of PHP with their values for a virtual host.',
  description:
    'The values are those of php.ini, of this server’s settings for accounts, and of the account’s file in the document ' +
    'root. Files in folders below it, .htaccess files and scripts can have other values.',
  effect: 'reads',
  role: 'WebServer',
  feature: 'multiphp_ini_editor',
  params: placeParams,
  emptyIsOmitted: true,
  returns: {
    fields: { directives: { list: { fields: directiveFields }, doc: 'The directives, sorted by name.' } },
  },
  examples: [{ args: { type: 'vhost', vhost: 'bob.example' }, doc: 'The values of bob.example.' }],

  async look(args, context) {
    const own = await readOwnIni(context, php, vhostOf(args));
    const [parsed] = await own.found.parse(own.file.text);
    return { own, parsed };
  },

  async handler(_args, { addMetadata, warn }, { own, parsed }) {
    addMetadata(metadataOf(own));
    if (parsed !== undefined && 'error' in parsed) {
      warn(`PHP cannot read “${own.file.path}”, so the values do not include it: ${parsed.error}.`);
    }
    const values = parsed !== undefined && 'values' in parsed ? parsed.values : {};
    const all = withOwnValues(own.directives, values, own.found, own.host.account.home);
    const basic = all.filter(({ name }) => basicDirectives.includes(name));
    return { directives: directiveRows(own.found.files[0]?.content ?? '', basic) };
  },
});
