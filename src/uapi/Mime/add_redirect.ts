import { defineUapi } from '../../core/define-uapi.ts';
import { changeAccessFiles } from '../../capabilities/access-files/plans/change-access-files.ts';
import { hostOf, ownHosts, readAccessFile } from '../../capabilities/access-files/rules/blocks.ts';
import {
  assertRedirect,
  withRedirect,
  type Redirect,
} from '../../capabilities/access-files/rules/redirects.ts';

export default defineUapi({
  name: 'Mime::add_redirect',
  since: 42,
  summary: 'Redirect a path of one of the account’s domains to another URL.',
  description:
    'This edits .htaccess in the document root, between two comments at its beginning. The other lines stay as they are.',
  feature: 'redirects',
  role: 'WebServer',
  effect: 'operates',
  params: {
    domain: { type: 'string', required: true, lowerCase: true, doc: 'The domain, without “www.” before it.' },
    redirect: { type: 'string', required: true, maxLength: 2000, doc: 'The URL to go to.' },
    src: {
      type: 'string',
      default: '/',
      maxLength: 1000,
      doc: 'The path to redirect. Default: the home page.',
    },
    type: {
      type: 'string',
      default: 'permanent',
      values: ['permanent', 'temp'],
      doc: 'Whether browsers and search engines may remember it: permanent (301) or temp (302).',
    },
    redirect_wildcard: {
      type: 'flag',
      default: 0,
      doc: '1: also redirect everything below the path, to the same path below the URL.',
    },
    redirect_www: {
      type: 'integer',
      min: 0,
      max: 2,
      default: 0,
      doc: '0: with and without “www.”. 1: only without. 2: only with it.',
    },
  },
  returns: null,
  examples: [
    {
      args: { domain: 'bob.example', src: '/old', redirect: 'https://www.example.com/new' },
      doc: 'Redirect one page.',
    },
  ],

  async look({ domain }, context) {
    const { hosts, files } = await ownHosts(context);
    const host = hostOf(hosts, domain);
    return { host, file: await readAccessFile(files, host.documentRoot) };
  },
  handler(args, { caller, plan }, { file }) {
    const { domain, src, redirect: destination, type, redirect_wildcard: wildcard, redirect_www: www } = args;
    const redirect: Redirect = {
      domain,
      source: src.startsWith('/') ? src : `/${src}`,
      destination,
      type: type === 'temp' ? 'temporary' : 'permanent',
      isWildcard: wildcard,
      www: www as Redirect['www'],
    };
    assertRedirect(redirect);
    const after = withRedirect(file.text, redirect);
    plan(changeAccessFiles(caller.user, [{ path: file.path, before: file.text, after }]));
  },
});
