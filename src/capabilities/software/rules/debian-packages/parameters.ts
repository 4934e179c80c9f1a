// Parameters that name packages of the system.
import type { Param } from '../../../../core/define.ts';

/** A Debian package's name (Debian Policy, 5.6.7). */
export const packageName = {
  type: 'string',
  maxLength: 128,
  lowerCase: true,
  pattern: {
    matches: /^[a-z0-9][a-z0-9+.-]+$/,
    expects: 'the name of a Debian package, such as bind9, without a version or an architecture',
  },
  doc: 'The package, as package_manager_list_packages shows it.',
} as const satisfies Param;

export const packageNamespace = {
  ...packageName,
  pattern: { ...packageName.pattern, expects: 'the beginning of names of packages, such as php8.4' },
  doc: 'A namespace, the part of names before a hyphen: php8.4 has php8.4, php8.4-cli and others.',
} as const satisfies Param;
