import { setUpdates } from '../../life/plans/set-updates.ts';
import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import {
  assertUpdatable,
  frequencies,
  lookForMeans,
  tierWarning,
  type UpdateSettings,
} from '../../capabilities/software/driver/updates/look-updates.ts';
import { push as pushParam } from '../../capabilities/settings/rules/config-cluster/cluster-form.ts';
import { announceUpdates } from '../../capabilities/settings/rules/config-cluster/pushes.ts';
import { tierParam } from '../../capabilities/software/rules/updates/update-form.ts';

const frequency = { type: 'string', values: frequencies } as const;

export default defineFunction({
  name: 'update_updateconf',
  since: 38,
  summary: 'Set how this program and the packages of Debian are updated.',
  description:
    'What is not given stays as it is. The settings are written to /etc/apt/apt.conf.d/90whmapi1. Debian’s ' +
    'unattended-upgrades installs daily updates, and has to be installed. Other repositories that it upgrades stay allowed.',
  access: 'root',
  effect: 'operates',
  params: {
    CPANEL: { ...tierParam, doc: 'The tier or version of this program: see set_tier.' },
    UPDATES: { ...frequency, doc: 'When this program is updated: see set_cpanel_updates.' },
    RPMUP: {
      ...frequency,
      doc:
        'When all packages of Debian are updated. With “manual”, only the package lists are updated every day. With ' +
        '“never”, these are not updated either, unless another setting needs them.',
    },
    SECURITY_UPDATES: {
      type: 'string',
      values: ['daily', 'never'],
      doc: 'Whether security updates of Debian are installed every day. RPMUP=daily includes them.',
    },
    SARULESUP: { ...frequency, doc: 'When the rules of SpamAssassin are updated: daily, or only by hand.' },
    STAGING_DIR: {
      type: 'string',
      doc: 'The directory for downloads.',
      noEffectReason:
        'apt downloads packages to /var/cache/apt/archives. Set Dir::Cache::Archives there to change it.',
    },
    push: pushParam,
  },
  returns: null,
  examples: [
    {
      args: { SECURITY_UPDATES: 'daily', RPMUP: 'manual' },
      doc: 'Install only security updates by themselves.',
    },
    {
      args: { UPDATES: 'manual', RPMUP: 'never', SECURITY_UPDATES: 'never' },
      doc: 'Install nothing by itself.',
    },
  ],

  async look({ CPANEL, UPDATES, RPMUP, SECURITY_UPDATES, SARULESUP }, context) {
    const given = Object.entries({ CPANEL, UPDATES, RPMUP, SECURITY_UPDATES, SARULESUP });
    const settings: UpdateSettings = Object.fromEntries(given.filter(([, value]) => value !== undefined));
    return { settings, means: await lookForMeans(context, settings) };
  },

  async handler({ CPANEL, UPDATES, push }, context, { settings, means }) {
    const { plan, warn, caller } = context;
    if (Object.keys(settings).length === 0) {
      throw badParam('Pass at least one of CPANEL, UPDATES, RPMUP, SECURITY_UPDATES and SARULESUP.');
    }
    if (UPDATES !== undefined) assertUpdatable(means, UPDATES);
    const ofTier = CPANEL === undefined ? undefined : tierWarning(means, CPANEL);
    for (const warning of [...means.warnings, ...(ofTier === undefined ? [] : [ofTier])]) warn(warning);
    if (push) await announceUpdates(context);
    plan(setUpdates({ settings, pushedBy: push ? caller.user : undefined, ...means }));
  },
});
