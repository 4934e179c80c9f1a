// The applications that send notifications, by WHM's names. Most of WHM's have nothing to report on this server yet: their
// importance can be set, so that scripts keep working.
import { eventOf } from '../../../ground/rules/autossl/events.ts';
import type { Importance } from './importance.ts';

/** The event that is the application as a whole. */
export const ALL_EVENTS = '*';

export interface Application {
  readonly default: Importance;
  /** The events that this program reports. */
  readonly events: readonly string[];
}

/** The events of chkservd are the services that it watches: `httpd`. */
export const SERVICE_WATCH = 'chkservd';

/** cPHulk. Its setting notify_on_brute enables the event. */
export const BRUTE_FORCE_PROTECTION = 'cPHulk';

/** The keys of its metadata enable each event. */
export const AUTOSSL = 'AutoSSL';
/** Accounts that approach or reach their bandwidth limits. */
export const BANDWIDTH_LIMIT = 'BandwidthLimit';

const silent = (importance: Importance): Application => ({ default: importance, events: [] });

/** @param services the services that can be watched, by WHM's names. */
export function applications(services: readonly string[]): Readonly<Record<string, Application>> {
  return {
    appconfig: silent('High'),
    [AUTOSSL]: { default: 'Medium', events: Object.values(eventOf) },
    Backup: silent('High'),
    [BANDWIDTH_LIMIT]: { default: 'Medium', events: ['Usage'] },
    Check: silent('Medium'),
    [SERVICE_WATCH]: { default: 'High', events: services },
    [BRUTE_FORCE_PROTECTION]: { default: 'Medium', events: ['BruteForce'] },
    Market: silent('Medium'),
    TwoFactorAuth: silent('Medium'),
    Update: silent('Medium'),
    wwwacct: silent('Low'),
  };
}
