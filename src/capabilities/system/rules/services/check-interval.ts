// Options for checking monitored services: the tweak settings chkservd_check_interval, skipchkservd and
// tcp_check_failure_threshold.
import type { Db } from '../../../../core/context.ts';
import * as tweakSettings from '../../../../ground/rules/tweak-settings.ts';

/** In seconds, as in WHM. */
const DEFAULT_INTERVAL = 300;
/** In seconds. Checks should not be too frequent, because each one opens connections to the services. */
export const LEAST_INTERVAL = 5;

export async function checkIntervalMs(db: Db): Promise<number> {
  const seconds = Number(await tweakSettings.read(db, 'Main', 'chkservd_check_interval')) || DEFAULT_INTERVAL;
  return Math.max(LEAST_INTERVAL, seconds) * 1000;
}

export async function isWatchOff(db: Db): Promise<boolean> {
  return (await tweakSettings.read(db, 'Main', 'skipchkservd')) === '1';
}

/** Several tries, because a busy daemon may miss one. The number is the same as in WHM. */
const DEFAULT_TRIES = 3;

/** Returns how many tries a service may fail before it counts as not responding. */
export async function triesOf(db: Db): Promise<number> {
  return Number(await tweakSettings.read(db, 'Main', 'tcp_check_failure_threshold')) || DEFAULT_TRIES;
}
