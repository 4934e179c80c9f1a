// Changes the files php.ini of PHP versions.
import { defineChange, exclusive, type Plan } from '../../../core/plan.ts';
import type { DesiredIni } from '../driver/ini-driver.ts';
import makeFolder from '../driver/steps/make-session-folder.ts';
import setIni from '../driver/steps/set-ini.ts';

const change = defineChange<null>({
  kind: 'set-php-ini',
  // Only the machine stores these settings.
  store: () => Promise.resolve(),
});
export default change;

/** @param sessionFolder a folder that is created if it does not exist. */
export function setPhpIni(versions: readonly DesiredIni[], sessionFolder?: string): Plan {
  return change.plan(null, {
    locks: versions.map(({ php }) => exclusive(`php ${php.release}`)),
    steps: [
      ...(sessionFolder === undefined ? [] : [makeFolder.plan({ path: sessionFolder })]),
      ...versions.filter(({ files }) => files.length > 0).map((desired) => setIni.plan(desired)),
    ],
  });
}
