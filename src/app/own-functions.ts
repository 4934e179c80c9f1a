// Functions that only this program itself calls: tasks, and options of the command line. They are in no list of functions,
// because WHM has none for it.
import {
  lookForRebuild,
  lookForZonesOfRoot,
  rebuildAccount,
  rebuildZonesOfRoot,
} from '../life/plans/rebuild-account.ts';
import { defineFunction, type AnyFunction } from '../core/define.ts';
import { rebuiltParts } from '../capabilities/accounts/driver/account-part.ts';
import { lookForAuthentication, publishNew } from '../capabilities/mail/plans/change-authentication.ts';
import { changeGreylist } from '../capabilities/mail/plans/change-greylist.ts';
import { lookAtHosts } from '../capabilities/mail/rules/greylisting/provider-lookups.ts';
import { keysToUpdate, updatedProviders } from '../capabilities/mail/rules/greylisting/provider-updates.ts';
import { detectAgain, lookForMailServers } from '../capabilities/mail/plans/own-mail/mail-servers.ts';
import { readDefault } from '../capabilities/mail/rules/authentication/dmarc-record.ts';
import { senderOf } from '../capabilities/mail/rules/authentication/lookups.ts';
import { defaultSpf } from '../capabilities/mail/rules/authentication/spf-record.ts';
import { existingAccount, existingDomain } from '../ground/rules/accounts/names.ts';

export const REBUILD = '--rebuild';

const rebuild = defineFunction({
  name: REBUILD,
  since: null,
  summary: 'Create a part of an account again that is not on the machine.',
  access: 'root',
  effect: 'operates',
  params: {
    user: { ...existingAccount, doc: 'The account. Default: the zones of root.' },
    part: { type: 'string', required: true, values: rebuiltParts, doc: 'What to create.' },
  },
  returns: null,
  examples: [{ args: { user: 'bob', part: 'zones' }, doc: 'Create the DNS zones of bob again.' }],
  look: async ({ user: username, part }, context) =>
    username === undefined
      ? { zones: await lookForZonesOfRoot(context) }
      : { account: await lookForRebuild(context, { username, part }) },
  async handler({ user: username, part }, context, found) {
    const plan =
      username !== undefined && found.account !== undefined
        ? await rebuildAccount(context, { username, part }, found.account)
        : await rebuildZonesOfRoot(context, found.zones ?? []);
    if (plan !== undefined) context.plan(plan, () => undefined);
  },
});

/** `src/capabilities/mail/tasks/publish-authentication.ts` calls it. */
const publishAuthentication = defineFunction({
  name: '--publish-authentication',
  since: null,
  summary: 'Publish the records that authenticate the mail of new domains.',
  access: 'root',
  effect: 'operates',
  params: {
    domain: { ...existingDomain, required: true, list: true, doc: 'A domain. Repeatable.' },
    dkim: { type: 'flag', default: 0, doc: '1: sign mail with DKIM.' },
    spf: { type: 'flag', default: 0, doc: '1: publish an SPF record unless there is one.' },
    dmarc: { type: 'flag', default: 0, doc: '1: publish the default DMARC record unless there is one.' },
  },
  returns: null,
  examples: [{ args: { domain: 'bob.example', dkim: '1' }, doc: 'Sign the mail of bob.example.' }],
  look: async ({ domain, dkim }, context) => ({
    found: await lookForAuthentication(context, domain, dkim ? { generates: 'missing' } : {}),
    sender: await senderOf(context),
  }),
  async handler({ domain, dkim, spf, dmarc }, context, { found, sender }) {
    const records = {
      dkim,
      spf: spf ? defaultSpf(sender.address) : undefined,
      dmarc: dmarc ? await readDefault(context.db) : undefined,
    };
    await publishNew(context, domain, records, found);
  },
});

/** `src/capabilities/mail/tasks/detect-mail-routing.ts` calls it. */
const detectMailRouting = defineFunction({
  name: '--detect-mail-routing',
  since: null,
  summary: 'Detect where the mail of domains with automatic routing is kept.',
  access: 'root',
  effect: 'operates',
  params: {
    user: { ...existingAccount, required: true, doc: 'The account.' },
    domain: { ...existingDomain, required: true, list: true, doc: 'A domain of it. Repeatable.' },
  },
  returns: null,
  examples: [{ args: { user: 'bob', domain: 'bob.example' }, doc: 'That of bob.example.' }],
  look: async ({ user, domain }, context) => {
    const own = { ...context, caller: { ...context.caller, user } };
    return Promise.all(domain.map(async (one) => [one, await lookForMailServers(own, one)] as const));
  },
  async handler({ user }, context, found) {
    const own = { ...context, caller: { ...context.caller, user } };
    const plan = await detectAgain(own, found);
    if (plan !== undefined) context.plan(plan, () => undefined);
  },
});

/** `src/capabilities/mail/tasks/update-greylist-providers.ts` calls it. */
const updateGreylistProviders = defineFunction({
  name: '--update-greylist-providers',
  since: null,
  summary: 'Look the addresses of common mail providers up for greylisting.',
  access: 'root',
  effect: 'operates',
  params: {},
  returns: {
    failed: { map: { type: 'string' }, keys: 'PROVIDER', doc: 'Why the addresses of others were not found.' },
  },
  examples: [{ args: {}, doc: 'Look them up.' }],
  look: async (_args, context) =>
    lookAtHosts(context, await context.transaction('reads', (db) => keysToUpdate(db))),
  async handler(_args, context, looked) {
    const { changed, failed } = await updatedProviders(context, looked);
    context.plan(await changeGreylist(context, { providers: changed }));
    return { failed };
  },
});

const functions: Readonly<Record<string, AnyFunction>> = {
  [rebuild.name]: rebuild,
  [publishAuthentication.name]: publishAuthentication,
  [detectMailRouting.name]: detectMailRouting,
  [updateGreylistProviders.name]: updateGreylistProviders,
};

export const findOwnFunction = (name: string): AnyFunction | undefined =>
  Object.hasOwn(functions, name) ? functions[name] : undefined;
