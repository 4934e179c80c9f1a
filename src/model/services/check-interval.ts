// How monitored services are checked: the tweak settings chkservd_check_interval, skipchkservd and
// tcp_check_failure_threshold.
import type { Db } from '../../core/context.ts';
import * as tweakSettings from '../tweak-settings/stored.ts';

/** Seconds, as in WHM. */
export const DEFAULT_INTERVAL = 300;
/** Checks open connections to each service. */
export const LEAST_INTERVAL = 5;

export async function checkIntervalMs(db: Db): Promise<number> {
  const seconds = Number(await tweakSettings.read(db, 'Main', 'chkservd_check_interval')) || DEFAULT_INTERVAL;
  return Math.max(LEAST_INTERVAL, seconds) * 1000;
}

export async function isWatchOff(db: Db): Promise<boolean> {
  return (await tweakSettings.read(db, 'Main', 'skipchkservd')) === '1';
}

/** A daemon that is busy may miss one question. As in WHM. */
const DEFAULT_TRIES = 3;

/** How often a service is asked before it counts as one that does not answer. */
export async function triesOf(db: Db): Promise<number> {
  return Number(await tweakSettings.read(db, 'Main', 'tcp_check_failure_threshold')) || DEFAULT_TRIES;
}
