// How Mailman is started, and its configuration. It speaks to this machine alone.
import { CONFIGURATION, LMTP_PORT, REST_PORT, SENDER } from './places.ts';

export interface MailmanSecrets {
  /** For its REST API. */
  readonly rest: string;
  /** With which it sends mail. */
  readonly sending: string;
}

/** Each process has about 60 MiB. These are for newsgroups, archives and digests. */
const UNUSED_RUNNERS = ['nntp', 'archive', 'digest'];
const UNUSED_ARCHIVERS = ['mhonarc', 'mail_archive', 'prototype'];

/** @param hostname of the server. */
export function renderMailman(hostname: string, { rest, sending }: MailmanSecrets): string {
  const off = (section: string, key: string) => (name: string) => `
[${section}.${name}]
${key}: no
`;
  return `# Written by whmapi1, which replaces this file.
[mailman]
site_owner: mailman@${hostname}
layout: debian

[paths.debian]
var_dir: /var/lib/mailman3
bin_dir: /usr/lib/mailman3/bin
log_dir: /var/log/mailman3
etc_dir: /etc/mailman3
pid_file: /run/mailman3/master.pid

[database]
class: mailman.database.sqlite.SQLiteDatabase
url: sqlite:///$DATA_DIR/mailman.db

[webservice]
hostname: 127.0.0.1
port: ${REST_PORT}
show_tracebacks: no
workers: 1
admin_user: whmapi1
admin_pass: ${rest}

[mta]
incoming: mailman.mta.exim4.LMTP
outgoing: mailman.mta.deliver.deliver
lmtp_host: 127.0.0.1
lmtp_port: ${LMTP_PORT}
smtp_host: 127.0.0.1
smtp_port: 465
smtp_secure_mode: smtps
smtp_verify_cert: no
smtp_verify_hostname: no
smtp_user: ${SENDER}
smtp_pass: ${sending}
${UNUSED_RUNNERS.map(off('runner', 'start')).join('')}${UNUSED_ARCHIVERS.map(off('archiver', 'enable')).join('')}`;
}

export const restSecretIn = (text: string): string | undefined => /^admin_pass: (\w+)$/m.exec(text)?.[1];

export const UNIT_LIMITS = `# Written by whmapi1, which replaces this file.
[Service]
ExecStart=
ExecStart=/usr/bin/mailman -C ${CONFIGURATION} start --force
ExecReload=
ExecReload=/usr/bin/mailman -C ${CONFIGURATION} restart
ExecStop=
ExecStop=/usr/bin/mailman -C ${CONFIGURATION} stop
Restart=on-failure
RestartSec=5
# Its ports are below 1024.
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
NoNewPrivileges=yes
# It reads what strangers send. It reaches this machine alone, and no home.
IPAddressDeny=any
IPAddressAllow=localhost
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
ProtectSystem=strict
ReadWritePaths=/var/lib/mailman3 /var/log/mailman3 /run/mailman3
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectControlGroups=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictNamespaces=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryMax=2G
TasksMax=256
`;
