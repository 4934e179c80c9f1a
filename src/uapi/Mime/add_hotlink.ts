import { defineUapi } from '../../core/define-uapi.ts';
import { changeAccessFiles } from '../../capabilities/access-files/plans/change-access-files.ts';
import { edited, ownAccessFiles } from '../../capabilities/access-files/rules/blocks.ts';
import { assertHotlinks, withHotlinks } from '../../capabilities/access-files/rules/hotlinks.ts';

export default defineUapi({
  name: 'Mime::add_hotlink',
  since: 42,
  summary: 'Let only some websites show files of the account’s websites, such as pictures.',
  description:
    'A browser that shows such a file in a page of another website is sent to the URL. This replaces an earlier ' +
    'protection. ' +
    'This edits .htaccess in the document roots, between two comments. The other lines stay as they are.',
  feature: 'hotlink',
  role: 'WebServer',
  effect: 'operates',
  params: {
    urls: {
      type: 'string',
      required: true,
      multiline: true,
      maxLength: 20_000,
      doc: 'The websites that can show the files, each on a line. Include the account’s own domains.',
    },
    extensions: { type: 'string', required: true, doc: 'Comma-separated list of the extensions: jpg,png.' },
    redirect_url: { type: 'string', required: true, maxLength: 2000, doc: 'The URL for all others.' },
    allow_null: {
      type: 'flag',
      default: 0,
      doc: '1: allow requests that name no website, such as addresses that are typed.',
    },
  },
  returns: null,
  examples: [
    {
      args: { urls: 'https://bob.example', extensions: 'jpg,png', redirect_url: 'https://bob.example/' },
      doc: 'Only the own website can show its pictures.',
    },
  ],

  look: (_args, context) => ownAccessFiles(context),

  handler({ urls, extensions, redirect_url: redirectUrl, allow_null: allowsNone }, { caller, plan }, files) {
    const listed = (text: string, between: RegExp) => text.split(between).filter((one) => one !== '');
    const hotlinks = {
      urls: listed(urls, /\s+/),
      extensions: listed(extensions, /[,\s]+/).map((one) => one.replace(/^\./, '')),
      redirectUrl,
      allowsNone,
    };
    assertHotlinks(hotlinks);
    plan(
      changeAccessFiles(
        caller.user,
        edited(files, (text) => withHotlinks(text, hotlinks)),
      ),
    );
  },
});
