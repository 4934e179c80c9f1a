import { defineUapi } from '../../core/define-uapi.ts';
import { notFound } from '../../core/errors.ts';
import { changeAccessFiles } from '../../capabilities/access-files/plans/change-access-files.ts';
import { hostOf, ownHosts, readAccessFile } from '../../capabilities/access-files/rules/blocks.ts';
import { withoutRedirect } from '../../capabilities/access-files/rules/redirects.ts';

export default defineUapi({
  name: 'Mime::delete_redirect',
  since: 42,
  summary: 'Delete a redirect of one of the account’s domains.',
  description: 'Only redirects that Mime::add_redirect made are deleted.',
  destructive: 'Requests for the path are no longer redirected.',
  feature: 'redirects',
  role: 'WebServer',
  effect: 'operates',
  params: {
    domain: { type: 'string', required: true, lowerCase: true, doc: 'The domain.' },
    src: {
      type: 'string',
      default: '/',
      maxLength: 1000,
      doc: 'The path that is redirected. Default: the home page.',
    },
    args: {
      type: 'string',
      default: '',
      doc: 'The query of the redirect.',
      noEffectReason: 'Domain and path identify a redirect.',
    },
    docroot: { type: 'string', doc: 'The document root.', noEffectReason: 'It is that of the domain.' },
  },
  returns: null,
  examples: [
    {
      args: { domain: 'bob.example', src: '/old' },
      doc: 'An error if it is not redirected.',
      fails: 'not_found',
    },
  ],

  async look({ domain }, context) {
    const { hosts, files } = await ownHosts(context);
    const host = hostOf(hosts, domain);
    return { host, file: await readAccessFile(files, host.documentRoot) };
  },
  handler({ domain, src }, { caller, plan }, { file }) {
    const source = src.startsWith('/') ? src : `/${src}`;
    const after = withoutRedirect(file.text, { domain, source });
    if (after === file.text) throw notFound(`The path “${source}” of “${domain}” is not redirected.`);
    plan(changeAccessFiles(caller.user, [{ path: file.path, before: file.text, after }]));
  },
});
