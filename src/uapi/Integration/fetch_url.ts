import { defineUapi } from '../../core/define-uapi.ts';
import { ApiError, notFound } from '../../core/errors.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as form from '../../capabilities/logins/rules/integration/link-form.ts';
import { findLink, openLink } from '../../capabilities/logins/rules/integration/open-link.ts';

export default defineUapi({
  name: 'Integration::fetch_url',
  since: 54,
  summary: 'Show where a link of the account to another application leads.',
  description:
    'The links are those of create_integration_link. If the link has a URL for logins, this call asks the application ' +
    'to log the account in, and returns the URL that it answers with. That URL usually works once, and only for a ' +
    'short time. If the application does not answer, the URL without a login is returned.',
  effect: 'calls',
  params: { app: form.app },
  returns: {
    fields: {
      redirect_url: {
        type: 'string',
        secret: true,
        doc: 'The URL to open. A dry run does not ask the application, and returns the URL without a login.',
      },
      url: { type: 'string', doc: 'The URL without a login. Empty if there is none.' },
    },
  },
  examples: [
    {
      args: { app: 'manual' },
      doc: 'A link without a login.',
      setUp: [
        {
          command: 'create_integration_link',
          args: {
            user: 'bob',
            app: 'manual',
            implements: 'support',
            label: 'Manual',
            subscriber_unique_id: '-',
            token: '-',
            url: 'https://www.example.com/manual',
          },
        },
      ],
    },
  ],

  async handler({ app }, { machine, sealer, transaction, caller, isDryRun }) {
    const found = await transaction('reads', async (db) => {
      const { username } = await accounts.getOwn(db, caller);
      return findLink({ db, sealer }, username, app);
    });
    if (found === undefined) throw notFound(`The account has no integration link “${app}”.`);
    const { url } = found.link;
    if (isDryRun) return { redirect_url: url, url };
    const opened = await openLink(machine, caller.user, found, 1);
    if ('url' in opened) return { redirect_url: opened.url, url };
    throw new ApiError(
      'host_failed',
      'problem' in opened
        ? opened.problem
        : `The application is not ready. Try again in ${opened.pauseSeconds} seconds.`,
    );
  },
});
