// The disk limits of accounts are enforced.
import { join } from 'node:path';
import { chooseMachine } from '../../../machine/choose.ts';
import { NOT_INSTALLED } from '../../../machine/linux/run.ts';
import {
  count,
  note,
  ok,
  SHORT_LIMIT_MS,
  warning,
  withStore,
  word,
  type Check,
  type Subject,
} from '../../../ground/doctor/check.ts';

const HOMES = '/home';

const check: Check = {
  title: 'Disk quota',
  order: 60,
  run: (subject) =>
    withStore(subject, async ({ db }) => {
      const row = await db.get<{ limited: number }>(
        'SELECT count(*) AS limited FROM account WHERE server = ? AND disk_limit IS NOT NULL',
        db.server,
      );
      const limited = row?.limited ?? 0;
      if (limited === 0) return [ok('No account has a disk limit.')];
      const accounts = count(limited, 'account');
      if (subject.isSandbox) {
        return [note(`${accounts} with a disk limit, which a sandbox does not enforce.`)];
      }
      const { userId, stateDirectory, now } = subject;
      const quota = await chooseMachine({ userId, stateDirectory, now }).quota();
      if (await quota.isEnabled()) return [ok(`Quotas are on, for ${accounts} with a disk limit.`)];
      return [
        warning(
          `The file system of “${HOMES}” enforces no quota, but ${accounts} ${limited === 1 ? 'has' : 'have'} a disk limit.`,
          await remedy(subject),
        ),
      ];
    }),
};

/** Depends on what is missing: the tools, or the mount option. */
async function remedy({ run }: Subject): Promise<string> {
  const words = ['--noheadings', '--first-only', '--output', 'TARGET,FSTYPE', '--target', HOMES];
  const found = await run('findmnt', words, { accept: [0, 1, NOT_INSTALLED], limitMs: SHORT_LIMIT_MS });
  const [mount = '/', type = ''] = found.stdout.trim().split(/\s+/);
  const tool = await run('quotaon', ['--version'], {
    accept: [0, 1, 2, NOT_INSTALLED],
    limitMs: SHORT_LIMIT_MS,
  });
  const install = tool.status === NOT_INSTALLED ? 'apt-get install quota && ' : '';
  if (type === 'xfs')
    return `${install}echo 'add uquota to the options of ${mount} in /etc/fstab, and reboot'`;
  const target = word(mount);
  const files = word(join(mount, 'aquota.user'));
  return `${install}mount -o remount,usrquota ${target} && { [ -e ${files} ] || quotacheck -cum ${target}; } && quotaon -u ${target}`;
}

export default check;
