// Tweak settings of the module Main: new packages, and how pages look.
import { flag, text, type Entries, type Entry } from './entry.ts';

const mebibytes = (initial: string, meaning: string): Entry =>
  text(initial, meaning, { matches: /^(?:\d{1,12}|unlimited)$/, expects: 'a whole number or “unlimited”' });

const word = {
  matches: /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/,
  expects: 'at most 32 letters, digits, “_” and “-”',
};

export const packages: Entries = {
  default_pkg_quota: mebibytes('10240', 'The disk space, in MiB, that is proposed for a new package.'),
  default_pkg_bwlimit: mebibytes(
    '1048576',
    'The monthly bandwidth, in MiB, that is proposed for a new package.',
  ),
  default_pkg_max_emailacct_quota: mebibytes(
    '1024',
    'The mailbox quota, in MiB, that is proposed for a new package.',
  ),
};

export const appearance: Entries = {
  RS: text('jupiter', 'The theme of new accounts.', word),
  default_login_theme: text('cpanel', 'The theme of the login page.', word),
  server_locale: text('en', 'The language of pages for users who have not chosen one.', word),
  display_cpanel_promotions: flag('1', 'Whether pages show the maker’s advertisements.'),
};
