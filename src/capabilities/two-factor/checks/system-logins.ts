// The PAM services that ask for codes are set up as docs/SYSTEM-LOGINS.md says, so that nobody gets in without one.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NOT_INSTALLED } from '../../../machine/linux/run.ts';
import {
  list,
  note,
  ok,
  problem,
  SHORT_LIMIT_MS,
  warning,
  type Check,
  type Finding,
  type Subject,
} from '../../../ground/doctor/check.ts';

const PAM = '/etc/pam.d';
const GUIDE = 'See docs/SYSTEM-LOGINS.md.';

const check: Check = {
  title: 'System logins',
  order: 98,
  run: async (subject) => {
    if (subject.isSandbox) return [ok('A sandbox has no logins to the system.')];
    const guarded = ['sshd', 'su', 'sudo'].filter((service) => isGuarded(service));
    if (guarded.length === 0) return [ok('SSH, su and sudo do not ask for codes.')];
    const findings = [
      ...missingLines(guarded),
      ...(guarded.includes('sshd') ? await sshdSettings(subject) : []),
    ];
    return findings.length > 0 ? findings : [ok(`These services ask for codes: ${list(guarded)}.`)];
  },
};

function linesOf(service: string): string {
  const path = join(PAM, service);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function isGuarded(service: string): boolean {
  return /^\s*@include\s+whmapi1\s*$/m.test(linesOf(service));
}

function missingLines(guarded: readonly string[]): Finding[] {
  const lines = linesOf('whmapi1');
  if (!lines.includes('--pam-prompt') || !lines.includes('--pam-check')) {
    return [
      problem(
        `${list(guarded)} include ${PAM}/whmapi1, which does not check codes, so logins fail or need none. ${GUIDE}`,
      ),
    ];
  }
  return [];
}

/** sshd's own settings can allow logins without PAM. */
async function sshdSettings({ run }: Subject): Promise<Finding[]> {
  const { status, stdout } = await run('/usr/sbin/sshd', ['-T'], {
    accept: [0, 1, 255, NOT_INSTALLED],
    limitMs: SHORT_LIMIT_MS,
  });
  if (status !== 0)
    return [note('The settings of sshd cannot be read, so they were not checked.', 'sshd -T')];
  const settings = new Map(stdout.split('\n').map((line) => [line.split(' ')[0], line.split(' ').slice(1)]));
  const methods = settings.get('authenticationmethods') ?? [];
  const findings: Finding[] = [];
  if (
    settings.get('usepam')?.[0] !== 'yes' ||
    !methods.every((one) => /,keyboard-interactive(:pam)?$/.test(one))
  ) {
    findings.push(
      warning(
        `sshd accepts logins without a code: AuthenticationMethods is “${methods.join(' ')}”. ${GUIDE}`,
      ),
    );
  }
  if (settings.get('usedns')?.[0] === 'yes') {
    findings.push(
      problem(`sshd refuses clients whose address has a name, because UseDNS is enabled. ${GUIDE}`),
    );
  }
  if (
    !linesOf('sshd').includes('SSH_AUTH_INFO_0=publickey') &&
    !/^\s*@include\s+common-auth/m.test(linesOf('sshd'))
  ) {
    findings.push(problem(`The file ${PAM}/sshd does not require a key or a password. ${GUIDE}`));
  }
  return findings;
}

export default check;
