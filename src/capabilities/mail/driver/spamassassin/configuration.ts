// How SpamAssassin is started, and what it reads besides Debian’s rules.
import type { DaemonSettings } from '../../rules/spam/settings.ts';
import { EXIM, PREFERENCES, RUNTIME_FOLDER, SOCKET, USER } from './places.ts';

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
    ...[`--username=${USER}`, '--nouser-config'],
    // A percent sign of systemd.
    `--virtual-config-dir=${PREFERENCES}/%%u`,
    ...[`--listen=${SOCKET}`, `--socketowner=${USER}`, `--socketgroup=${EXIM}`, '--socketmode=0660'],
    ...(others.length === 0 ? [] : [`--listen=*:${PORT}`, `--allowed-ips=${others.join(',')}`]),
    `--max-children=${settings.maxchildren}`,
    `--max-conn-per-child=${settings.maxconnperchild}`,
    `--timeout-tcp=${settings.timeouttcp}`,
    `--timeout-child=${settings.timeoutchild}`,
  ];
  // It never has the rights of root. The port is one that otherwise only root can open.
  const capability = others.length === 0 ? '' : 'CAP_NET_BIND_SERVICE';
  return `# Written by whmapi1, which replaces this file.
[Service]
User=${USER}
Group=${USER}
SupplementaryGroups=${EXIM}
AmbientCapabilities=${capability}
CapabilityBoundingSet=${capability}
NoNewPrivileges=true
ProtectHome=true
RuntimeDirectory=${RUNTIME_FOLDER}
PIDFile=
ExecStart=
ExecStart=${words.join(' ')}
`;
}
