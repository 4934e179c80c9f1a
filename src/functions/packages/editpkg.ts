import { changePackage } from '../../changes/change-package.ts';
import { mayCall } from '../../core/access.ts';
import type { Context } from '../../core/context.ts';
import { defineFunction } from '../../core/define.ts';
import { isQuotaEnabled, warnOfQuota } from '../../model/accounts/quota.ts';
import * as accounts from '../../model/accounts/accounts.ts';
import * as packageAccounts from '../../model/packages/accounts.ts';
import * as form from '../../model/packages/form.ts';
import * as packages from '../../model/packages/packages.ts';
import type { Settings } from '../../model/packages/settings.ts';

export default defineFunction({
  name: 'editpkg',
  since: 11,
  summary: 'Set what a package holds.',
  description:
    'What is not given stays as it is. The accounts that have the package get what changes, save for IP addresses; ' +
    'what does not change stays as it is in them as well. A package that does not exist is made, as addpkg makes it, ' +
    'where the caller may do that. A reseller’s own packages only; what changes asks for the same privileges as in ' +
    'addpkg. Where several servers share the store, the accounts of others keep what they have; a warning names the ' +
    'servers.',
  access: ['edit-pkg'],
  effect: 'operates',
  params: {
    name: { ...packages.existingPackage, required: true, doc: 'The package.' },
    ...form.paramsFor('param'),
    frontpage: form.frontpage,
    _PACKAGE_EXTENSIONS: {
      ...form.extensionWords,
      doc: 'The extensions, with spaces between them, each a name or name=value. They take the place of all earlier ones.',
    },
  },
  emptyIsOmitted: true,
  returns: { pkg: { type: 'string', doc: 'The name of the package.' } },
  examples: [
    { args: { name: 'default', quota: '5120' }, doc: '5 GiB of disk space in the package “default”.' },
    { args: { name: 'default', maxpop: 'unlimited' }, doc: 'As many mail accounts as wanted.' },
  ],

  look: (_args, context) => isQuotaEnabled(context),

  async handler(args, context, hasQuota) {
    const { caller, db } = context;
    const changes = form.readArguments('param', args);
    const words = args._PACKAGE_EXTENSIONS;
    const extensions = words === undefined ? undefined : form.readExtensions(words);
    const isNew = (await packages.find(db, caller, args.name)) === undefined;
    if (isNew && mayCall(caller, ['add-pkg'])) {
      const settings = form.completeSettings(changes);
      const pkg = await packages.add(db, caller, args.name, settings, extensions ?? []);
      context.warn(`There was no package “${args.name}” to change; the package “${pkg}” was made.`);
      return { pkg };
    }
    const change = await packages.update(db, caller, args.name, changes, extensions);
    await passOn(context, { name: args.name, settings: change.after, extensions }, change.before, hasQuota);
    return { pkg: args.name };
  },
});

/** To the accounts that have the package: then an operation stores it with them. */
async function passOn(
  context: Context,
  content: packages.Content,
  before: Settings,
  hasQuota: boolean,
): Promise<void> {
  const { caller, db } = context;
  const { name, settings: after } = content;
  const changes = await packageAccounts.passOn(db, caller, name, { before, after });
  if (
    before.dedicatedIp !== after.dedicatedIp &&
    (await accounts.findUserOf(db, 'package', name)) !== undefined
  ) {
    context.warn('The accounts that have the package keep their IP addresses; setsiteip gives them others.');
  }
  const others = await packageAccounts.warningOfOthers(db, name, { before, after });
  if (others !== undefined) context.warn(others);
  if (changes.length === 0) return;
  const have = changes.length === 1 ? '1 account has' : `${changes.length} accounts have`;
  context.inform(`${have} the package; what changed in it changes there as well.`);
  if (before.diskLimit !== after.diskLimit) warnOfQuota(context, hasQuota, after);
  context.plan(await changePackage(context, { package: content, accounts: changes }));
}
