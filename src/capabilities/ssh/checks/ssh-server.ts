// The SSH server lets nobody in with a guessed password, as root or without one. sshd itself prints what is in force.
import { settingsInForce } from '../driver/ssh-server/look-ssh-server.ts';
import { ok, problem, warning, type Check, type Finding } from '../../../ground/doctor/check.ts';

const CONFIGURATION = '/etc/ssh/sshd_config';
/** Its directory is read first, and the first value of an option counts (sshd_config(5)). */
const OURS = '/etc/ssh/sshd_config.d/00-whmapi1.conf';

const check: Check = {
  title: 'SSH server',
  order: 210,
  advisor: 'SSH',
  isAdviceOnly: true,

  async run({ machine }) {
    const settings = await settingsInForce(machine);
    if (settings !== undefined) return sshFindings(settings);
    return [{ ...ok('There is no SSH server on this server.'), key: 'SSH_not_installed' }];
  },
};

/** @param text of `sshd -T`: an option and its value on each line, in lower case. */
export function sshFindings(text: string): Finding[] {
  const options = new Map(
    text.split('\n').map((line): [string, string] => {
      const at = line.indexOf(' ');
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
  const isOn = (name: string) => options.get(name) === 'yes';
  const takesPasswords = isOn('passwordauthentication') || isOn('kbdinteractiveauthentication');
  const findings: Finding[] = [];
  if (isOn('permitrootlogin') && takesPasswords) {
    const message = 'Root can log in over SSH with a password.';
    findings.push({
      ...problem(message, setting('PermitRootLogin prohibit-password')),
      key: 'SSH_direct_root_login_permitted',
    });
  }
  if (isOn('passwordauthentication')) {
    const message =
      'SSH accepts passwords, which can be guessed. Before you turn this off, make sure that your key can log in.';
    findings.push({
      ...warning(message, setting('PasswordAuthentication no')),
      key: 'SSH_password_authentication_enabled',
    });
  }
  if (isOn('permitemptypasswords')) {
    findings.push({
      ...problem('Users without a password can log in over SSH.', setting('PermitEmptyPasswords no')),
      key: 'SSH_empty_passwords_permitted',
    });
  }
  const weak = weakOf(options);
  if (weak.length > 0) {
    findings.push({
      ...warning(
        `SSH offers outdated algorithms: ${weak.join(', ')}. Remove the options that add them.`,
        `grep -rniE '^ *(ciphers|macs|kexalgorithms)' ${CONFIGURATION} /etc/ssh/sshd_config.d`,
      ),
      key: 'SSH_outdated_algorithms',
    });
  }
  if (findings.length > 0) return findings;
  return [{ ...ok('The SSH server is configured safely.'), key: 'SSH_is_configured_safely' }];
}

/** Those that OpenSSH itself no longer offers by default. */
function weakOf(options: ReadonlyMap<string, string>): string[] {
  const rules: readonly (readonly [string, RegExp])[] = [
    ['ciphers', /cbc|arcfour|3des/],
    ['macs', /md5|sha1-96|ripemd/],
    ['kexalgorithms', /group1-sha1|group14-sha1|group-exchange-sha1/],
  ];
  return rules.flatMap(([name, pattern]) =>
    (options.get(name) ?? '').split(',').filter((one) => pattern.test(one)),
  );
}

function setting(line: string): string {
  return `echo '${line}' >> ${OURS} && sshd -t && systemctl reload ssh`;
}

export default check;
