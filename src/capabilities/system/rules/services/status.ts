// Services in the form that WHM's functions return.
import type { Db } from '../../../../core/context.ts';
import type { Field } from '../../../../core/define.ts';
import * as bruteForce from '../../../logins/rules/brute-force/config.ts';
import * as monitored from './monitored.ts';

/** The state of a service on the machine (`capabilities/system/driver/services/look-services.ts`). */
export interface Found {
  readonly name: string;
  readonly displayName: string;
  /** Units of systemd. Empty if it is not installed. */
  readonly units: readonly string[];
  readonly isEnabled: boolean;
  readonly isRunning: boolean;
}

export const serviceList = {
  list: {
    fields: {
      name: { type: 'string', doc: 'WHM’s name of the service.' },
      display_name: { type: 'string', doc: 'The display name.' },
      installed: { type: 'flag', doc: 'Whether this server has it.' },
      enabled: { type: 'flag', doc: 'Whether it starts with the server.' },
      monitored: { type: 'flag', doc: 'Whether it is watched, and restarted if it does not run.' },
      running: { type: 'flag', doc: 'Whether it runs now.' },
    },
  },
  doc: 'One row for each service.',
} as const satisfies Field;

/** The brute-force protection is a part of this program with its own setting. */
export const BRUTE_FORCE = 'cphulkd';

export async function show(db: Db, found: readonly Found[]) {
  const watched = await monitored.list(db);
  const isProtected = (await bruteForce.read(db)).is_enabled;
  return found.map(({ name, displayName, units, isEnabled, isRunning }) => {
    const isOn = name !== BRUTE_FORCE || isProtected;
    return {
      name,
      display_name: displayName,
      installed: Number(units.length > 0),
      enabled: Number(isEnabled && isOn),
      monitored: Number(watched.has(name)),
      running: Number(isRunning && isOn),
    };
  });
}
