// The capabilities that say something of themselves, in the order of README.md: each may use those before it.
import type { Capability } from './define.ts';
import accounts from './accounts/capability.ts';
import notify from './notify/capability.ts';
import twoFactor from './two-factor/capability.ts';
import addresses from './addresses/capability.ts';
import logins from './logins/capability.ts';
import databases from './databases/capability.ts';
import domains from './domains/capability.ts';
import accessFiles from './access-files/capability.ts';
import php from './php/capability.ts';
import dns from './dns/capability.ts';
import certificates from './certificates/capability.ts';
import bandwidth from './bandwidth/capability.ts';
import web from './web/capability.ts';
import mail from './mail/capability.ts';
import ftp from './ftp/capability.ts';
import webmail from './webmail/capability.ts';

export const capabilities: readonly Capability[] = [
  accounts,
  notify,
  twoFactor,
  addresses,
  logins,
  databases,
  domains,
  accessFiles,
  php,
  dns,
  certificates,
  bandwidth,
  web,
  mail,
  webmail,
  ftp,
];
