import { changePackage } from '../../life/plans/change-package.ts';
import { mayCall } from '../../core/access.ts';
import type { Context } from '../../core/context.ts';
import { defineFunction } from '../../core/define.ts';
import { isQuotaEnabled, warnOfQuota } from '../../capabilities/accounts/rules/quota.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as packageAccounts from '../../life/rules/packages/accounts.ts';
import { readDefaults } from '../../capabilities/accounts/rules/packages/defaults.ts';
import * as form from '../../capabilities/accounts/rules/packages/package-form.ts';
import * as packages from '../../capabilities/accounts/rules/packages/packages.ts';
import type { Settings } from '../../capabilities/accounts/rules/packages/settings.ts';

export default defineFunction({
  name: 'editpkg',
  since: 11,
  summary: 'Change the settings of a package.',
  description:
    'Omitted parameters keep their values. Changed settings, except IP addresses, also apply to the accounts that ' +
    'have the package. If the package does not exist, it is created as by addpkg, if the caller is allowed to do ' +
    'that. Resellers can change only their own packages, and need the same privileges as for addpkg. If several ' +
    'servers share the store, accounts of other servers are not changed, and a warning names these servers.',
  access: ['edit-pkg'],
  effect: 'operates',
  params: {
    name: { ...packages.existingPackage, required: true, doc: 'The package.' },
    ...form.paramsFor('param'),
    frontpage: form.frontpage,
    _PACKAGE_EXTENSIONS: {
      ...form.extensionWords,
      doc: 'Space-separated list of extensions, each a name or name=value. They replace all existing extensions.',
    },
  },
  emptyIsOmitted: true,
  returns: { pkg: { type: 'string', doc: 'The name of the package.' } },
  examples: [
    { args: { name: 'default', quota: '5120' }, doc: '5 GiB of disk space in the package “default”.' },
    { args: { name: 'default', maxpop: 'unlimited' }, doc: 'An unlimited number of email accounts.' },
  ],

  look: (_args, context) => isQuotaEnabled(context),

  async handler(args, context, hasQuota) {
    const { caller, db } = context;
    const changes = form.readArguments('param', args);
    const words = args._PACKAGE_EXTENSIONS;
    const extensions = words === undefined ? undefined : form.readExtensions(words);
    const isNew = (await packages.find(db, caller, args.name)) === undefined;
    if (isNew && mayCall(caller, ['add-pkg'])) {
      const settings = form.completeSettings(changes, await readDefaults(db));
      const pkg = await packages.add(db, caller, args.name, settings, extensions ?? []);
      context.warn(`The package “${args.name}” does not exist. The package “${pkg}” was created.`);
      return { pkg };
    }
    const change = await packages.update(db, caller, args.name, changes, extensions);
    await applyToAccounts(
      context,
      { name: args.name, settings: change.after, extensions },
      change.before,
      hasQuota,
    );
    return { pkg: args.name };
  },
});

/**
 * Applies the changes to the accounts that have the package. An operation then stores them together with the package.
 */
async function applyToAccounts(
  context: Context,
  content: packages.Content,
  before: Settings,
  hasQuota: boolean,
): Promise<void> {
  const { db } = context;
  const { name, settings: after } = content;
  const changes = await packageAccounts.applyToAccounts(context, name, { before, after });
  if (
    before.dedicatedIp !== after.dedicatedIp &&
    (await accounts.findUserOf(db, 'package', name)) !== undefined
  ) {
    context.warn(
      'The accounts that have the package keep their IP addresses. To change them, use setsiteip.',
    );
  }
  const others = await packageAccounts.warningOfOthers(db, name, { before, after });
  if (others !== undefined) context.warn(others);
  if (changes.length === 0) return;
  const have = changes.length === 1 ? '1 account has' : `${changes.length} accounts have`;
  context.inform(`${have} the package. The changes apply to them too.`);
  if (before.diskLimit !== after.diskLimit) warnOfQuota(context, hasQuota, after);
  context.plan(await changePackage(context, { package: content, accounts: changes }));
}
