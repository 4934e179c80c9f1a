import { changeAccessFiles } from '../../capabilities/access-files/plans/change-access-files.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { badParam } from '../../core/errors.ts';
import * as php from '../../capabilities/php/driver/look-php.ts';
import { readOwnIni } from '../../capabilities/php/rules/own-ini.ts';
import { informOwn, placeParams, vhostOf, whyNotOwn } from '../../capabilities/php/rules/own-settings.ts';

export default defineUapi({
  name: 'LangPHP::php_ini_set_user_content',
  since: 52,
  summary: 'Replace the account’s file with directives of PHP for a virtual host.',
  description: 'PHP’s own parser reads the text first. If it rejects the text, nothing changes.',
  effect: 'operates',
  role: 'WebServer',
  feature: 'multiphp_ini_editor',
  params: {
    content: { type: 'string', required: true, multiline: true, maxLength: 1_048_576, doc: 'The new text.' },
    // The documentation of cPanel calls the home “host” here.
    type: { ...placeParams.type, values: ['home', 'host', 'vhost'] },
    vhost: placeParams.vhost,
  },
  returns: null,
  examples: [
    {
      args: { type: 'vhost', vhost: 'bob.example', content: 'memory_limit = 256M\n' },
      doc: 'One directive for bob.example.',
    },
  ],

  async look({ content, ...place }, context) {
    const own = await readOwnIni(context, php, vhostOf(place));
    const [parsed] = await own.found.parse(content);
    if (parsed === undefined || 'error' in parsed) {
      throw badParam(
        `The parameter “content” should be the text of a php.ini. PHP rejects it: ${parsed?.error ?? ''}.`,
      );
    }
    return { own, names: Object.keys(parsed.values) };
  },

  async handler({ content }, context, { own, names }) {
    for (const name of names) {
      const why = whyNotOwn(name, own.directives, own.found);
      if (why !== undefined) context.warn(`PHP ignores the line of “${name}”. ${why}`);
    }
    informOwn(context, own);
    const { path, text: before } = own.file;
    context.plan(changeAccessFiles(context.caller.user, [{ path, before, after: content }]));
  },
});
