// Tweak settings of the module Main: new packages, and the appearance of pages.
import { tweakable } from '../../accounts/rules/packages/defaults.ts';
import { acting, flag, text, type Entries, type Entry } from '../../../ground/rules/tweak-setting-entry.ts';

const mebibytes = (initial: string, meaning: string): Entry =>
  acting(
    text(initial, meaning, { matches: /^(?:\d{1,12}|unlimited)$/, expects: 'a whole number or “unlimited”' }),
  );

const word = {
  matches: /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/,
  expects: 'at most 32 letters, digits, “_” and “-”',
};

const { diskLimit, bandwidthLimit, maxMailboxQuota } = tweakable;

export const packages: Entries = {
  [diskLimit.key]: mebibytes(diskLimit.initial, 'The disk space of a new package in MiB; 0 is unlimited.'),
  [bandwidthLimit.key]: mebibytes(
    bandwidthLimit.initial,
    'The monthly bandwidth of a new package in MiB; 0 is unlimited.',
  ),
  [maxMailboxQuota.key]: mebibytes(
    maxMailboxQuota.initial,
    'The maximum quota of an email account in a new package in MiB; 0 is unlimited.',
  ),
};

export const appearance: Entries = {
  RS: text('jupiter', 'The theme of new accounts.', word),
  default_login_theme: text('cpanel', 'The theme of the login page.', word),
  server_locale: text('en', 'The language of pages for users who have not chosen one.', word),
  display_cpanel_promotions: flag('1', 'Whether pages show the maker’s advertisements.'),
};
