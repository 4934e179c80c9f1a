// How SpamAssassin is started, and what it reads besides Debian’s rules.
import type { DaemonSettings } from '../../rules/spam/settings.ts';
import { PREFERENCES, RUNTIME_FOLDER, SOCKET, USER } from './places.ts';

const LOOPBACK = '127.0.0.1';
const PORT = 783;

/** An administrator’s `local.cf` is read later. */
export const RULES = `# Written by whmapi1, which replaces this file. Own settings go into local.cf.

# An account sets scores and addresses. It must not add rules: a regular expression can keep a processor busy.
allow_user_rules 0
# Nothing is learned from the mail of accounts, and nothing of it is kept.
use_bayes 0
report_safe 0
# In seconds. Exim waits for 20.
time_limit 15
rbl_timeout 5
`;

/** 127.0.0.1 is Exim, which uses a socket. SpamAssassin only listens on its port if other addresses may ask it. */
export function renderUnit({ allowedips, ...settings }: DaemonSettings): string {
  const others = allowedips.split(',').filter((address) => address !== LOOPBACK);
  const words = [
    '/usr/sbin/spamd',
    // It gives up the rights of root before it reads the first message.
    ...[`--username=${USER}`, '--nouser-config'],
    // A percent sign of systemd.
    `--virtual-config-dir=${PREFERENCES}/%%u`,
    ...[`--listen=${SOCKET}`, '--socketowner=root', '--socketgroup=Debian-exim', '--socketmode=0660'],
    ...(others.length === 0 ? [] : [`--listen=*:${PORT}`, `--allowed-ips=${others.join(',')}`]),
    `--max-children=${settings.maxchildren}`,
    `--max-conn-per-child=${settings.maxconnperchild}`,
    `--timeout-tcp=${settings.timeouttcp}`,
    `--timeout-child=${settings.timeoutchild}`,
  ];
  return `# Written by whmapi1, which replaces this file.
[Service]
PIDFile=
ExecStart=
ExecStart=${words.join(' ')}
RuntimeDirectory=${RUNTIME_FOLDER}
ProtectHome=true
NoNewPrivileges=true
`;
}
