import { defineUapi } from '../../core/define-uapi.ts';
import { ownAccessFiles } from '../../capabilities/access-files/rules/blocks.ts';
import { hotlinksIn } from '../../capabilities/access-files/rules/hotlinks.ts';

export default defineUapi({
  name: 'Mime::list_hotlinks',
  since: 42,
  summary: 'Show the protection of the account’s files against hotlinks.',
  description: 'Only the protection by Mime::add_hotlink is shown.',
  feature: 'hotlink',
  role: 'WebServer',
  effect: 'reads',
  params: {},
  returns: {
    fields: {
      state: { type: 'string', doc: 'enabled or disabled.' },
      urls: { list: { type: 'string' }, doc: 'The websites that can show the files.' },
      extensions: { type: 'string', doc: 'Comma-separated list of the extensions.' },
      redirect_url: { type: 'string', doc: 'The URL for all others.' },
      allow_null: { type: 'flag', doc: '1: requests that name no website are allowed.' },
    },
  },
  examples: [{ args: {}, doc: 'The protection.' }],

  look: (_args, context) => ownAccessFiles(context),

  handler(_args, _context, files) {
    const [hotlinks] = files.flatMap(({ text }) => hotlinksIn(text) ?? []);
    return {
      state: hotlinks === undefined ? 'disabled' : 'enabled',
      urls: [...(hotlinks?.urls ?? [])],
      extensions: hotlinks?.extensions.join(',') ?? '',
      redirect_url: hotlinks?.redirectUrl ?? '',
      allow_null: hotlinks?.allowsNone === true ? 1 : 0,
    };
  },
});
