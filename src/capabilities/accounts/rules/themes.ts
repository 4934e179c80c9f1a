// The themes that an account can name. A theme is a name that packages and accounts store for the programs that read
// it: the page of this server looks the same with every theme.
import { STANDARD_THEME } from './packages/package-form.ts';
import type { Account } from './accounts.ts';

/** The theme of the account, and the theme of new packages. */
export function themesOf({ settings }: Account): string[] {
  return [...new Set([settings.theme, STANDARD_THEME])].sort();
}
