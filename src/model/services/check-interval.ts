// How often monitored services are checked: the tweak setting chkservd_check_interval.
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
