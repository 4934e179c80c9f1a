// What knows a capability by its name, although no capability is above it: each with the reason. Everything else is told by
// `capability.ts`. Nothing may be added for which a capability could say it itself.

export interface KnownCapabilities {
  readonly because: string;
  /** The capabilities that each file imports. */
  readonly files: Readonly<Record<string, readonly string[]>>;
}

/** What accounts are about, and who calls: all rooms may import these. */
export const basic: readonly string[] = ['accounts', 'domains', 'logins'];

export const known: readonly KnownCapabilities[] = [
  {
    because: 'It replaces the certificates that capabilities declare with the means of “certificates”.',
    files: {
      'src/life/plans/install-service-certificate.ts': ['certificates'],
      'src/life/driver/service-certificates/declared-files.ts': ['certificates'],
      'src/life/driver/service-certificates/look-service-certificates.ts': ['certificates'],
      'src/life/driver/service-certificates/steps/replace-file.ts': ['certificates'],
    },
  },
  {
    because: 'One call changes the websites of an account, and what the store has of them.',
    files: {
      'src/life/plans/set-primary-virtual-host.ts': ['web'],
      'src/life/plans/set-directory-index.ts': ['web'],
      'src/life/plans/set-https-redirects.ts': ['web'],
      'src/life/plans/install-certificate.ts': ['certificates', 'web'],
      'src/life/plans/uninstall-certificate.ts': ['certificates', 'web'],
      'src/life/plans/change-php.ts': ['php', 'web'],
      'src/life/plans/change-ipv6.ts': ['addresses', 'dns', 'web'],
    },
  },
  {
    because:
      'Domains of an account change their zones, certificates, pools and virtual hosts in one order, which no part knows alone.',
    files: {
      'src/life/plans/change-domains.ts': ['certificates', 'dns', 'files', 'php', 'web'],
      'src/life/driver/hosted-domains/look-hosted-domains.ts': ['dns'],
      'src/life/rules/domains/rules.ts': ['dns'],
      'src/life/rules/domains/changes.ts': ['web'],
    },
  },
  {
    because:
      'An account moves to another one with its files, mail and databases, in one plan that is undone whole.',
    files: {
      'src/life/plans/convert-addon.ts': ['databases', 'files', 'mail', 'php'],
    },
  },
  {
    because: 'An account is changed with its address, limits, contacts and databases.',
    files: {
      'src/life/plans/change-account.ts': ['addresses', 'bandwidth', 'databases', 'dns', 'notify'],
      'src/life/plans/change-package.ts': ['bandwidth'],
      'src/life/plans/create-account.ts': ['addresses'],
      'src/life/rules/new-account.ts': ['addresses'],
      'src/life/rules/limits.ts': ['bandwidth'],
    },
  },
  {
    because: 'What becomes public again, or stays hidden, is confirmed by a task of the web server.',
    files: {
      'src/life/plans/unsuspend-account.ts': ['php', 'web'],
      'src/life/tasks/follow-suspension.ts': ['web'],
    },
  },
  {
    because: 'The owner of the account gets a message.',
    files: {
      'src/life/plans/set-password.ts': ['notify'],
      'src/life/rules/disk-warnings.ts': ['notify'],
      'src/life/rules/own-users.ts': ['notify'],
    },
  },
  {
    because: 'The name of the server has its own zone and certificate.',
    files: {
      'src/life/plans/set-hostname.ts': ['dns'],
    },
  },
  {
    because: 'A setting of this server goes to others, or starts their tasks.',
    files: {
      'src/life/plans/set-updates.ts': ['settings', 'software', 'system'],
      'src/life/plans/restore-tweak-settings.ts': ['settings'],
      'src/life/tasks/push-setting.ts': ['settings', 'software'],
    },
  },
  {
    because: 'Packages of Debian are installed for a role, or looked at.',
    files: {
      'src/life/tasks/change-packages.ts': ['software'],
      'src/life/driver/roles/prepare.ts': ['software'],
      'src/life/checks/roles.ts': ['software'],
    },
  },
  {
    because: 'A role that is active now has work of its own.',
    files: {
      'src/life/tasks/activate-profile.ts': ['dns'],
      'src/life/tasks/configure-name-server.ts': ['dns'],
    },
  },
  {
    because: 'Service subdomains are names in zones, certificates and virtual hosts.',
    files: {
      'src/life/tasks/apply-service-subdomains.ts': ['certificates', 'dns', 'web'],
    },
  },
  {
    because: 'Before a restart, each daemon says what is wrong with its configuration.',
    files: {
      'src/life/tasks/restart-service.ts': ['databases', 'dns', 'php', 'system', 'web'],
    },
  },
  {
    because: 'The key of the store encrypts what these have stored.',
    files: {
      'src/life/checks/key.ts': ['certificates', 'dns', 'two-factor'],
    },
  },
  {
    because: 'One answer has values of several services.',
    files: {
      'src/life/tasks/measure-disk-usage.ts': ['databases'],
      'src/life/rules/disk-usage.ts': ['databases'],
      'src/life/rules/bandwidth/report.ts': ['bandwidth'],
      'src/life/rules/own-usage.ts': ['bandwidth', 'databases'],
      'src/life/rules/files/disk-info.ts': ['bandwidth', 'settings'],
      'src/life/rules/statistics.ts': ['databases'],
      'src/life/rules/servers/servers.ts': ['dns'],
      'src/life/rules/own-warnings.ts': ['certificates'],
      'src/life/rules/variables.ts': ['bandwidth', 'certificates', 'notify'],
    },
  },
  {
    because: 'A call is beside its script hooks.',
    files: {
      'src/app/app.ts': ['hooks'],
    },
  },
  {
    because: 'An option of the command line is about this service only.',
    files: {
      'src/administration/hooks.ts': ['hooks'],
      'src/administration/databases.ts': ['databases'],
      'src/administration/name-server.ts': ['dns'],
      'src/administration/sandbox-services.ts': ['dns'],
    },
  },
  {
    because: 'Services are checked at the interval of their setting.',
    files: {
      'src/administration/tasks.ts': ['system'],
      'src/worker/service-watch.ts': ['system'],
    },
  },
  {
    because: 'ProFTPD cannot ask before a login, so the server counts them every two seconds.',
    files: {
      'src/worker/ftp-guard.ts': ['ftp'],
    },
  },
  {
    because: 'Files for scripts of cPanel servers say which domains have their mail here.',
    files: {
      'src/worker/cpanel-files.ts': ['mail'],
    },
  },
  {
    because: 'A login may need a second factor.',
    files: {
      'src/http/authentication.ts': ['two-factor'],
      'src/http/page/account-pages.ts': ['two-factor'],
      'src/http/page/overview.ts': ['system', 'two-factor'],
    },
  },
  {
    because: 'The page explains tweak settings.',
    files: {
      'src/http/page/whm-shell.ts': ['settings'],
      'src/cli/search-index.ts': ['settings'],
    },
  },
  {
    because: 'The server itself serves webmail.',
    files: {
      'src/http/login.ts': ['webmail'],
      'src/http/webmail/authorize.ts': ['webmail'],
      'src/http/webmail/tokens.ts': ['webmail'],
      'src/http/webmail/roundcube.ts': ['webmail'],
      'src/http/webmail/mail-session.ts': ['webmail'],
      'src/http/webmail/roundcube-files.ts': ['webmail'],
    },
  },
  {
    because: 'Uploads become drafts in the home.',
    files: {
      'src/http/uploads.ts': ['files'],
    },
  },
  {
    because: 'Exim and Dovecot ask the server about logins, and mail programs about their settings.',
    files: {
      'src/http/mail-policy.ts': ['mail'],
      'src/http/mail-discovery.ts': ['mail'],
    },
  },
  {
    because: 'Each name on port 443 has its certificate.',
    files: {
      'src/http/site-certificates.ts': ['certificates'],
    },
  },
];
