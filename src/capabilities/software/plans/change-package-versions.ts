// Which versions of a package of the system apt may install: it is held, or pinned, or neither.
import { defineChange, exclusive, type Plan } from '../../../core/plan.ts';
import hold from '../driver/apt/steps/hold.ts';
import pin from '../driver/apt/steps/pin.ts';
import type { Pin } from '../rules/debian-packages/packages.ts';

const change = defineChange<null>({
  kind: 'change-package-versions',
  // apt and dpkg alone know of it.
  store: async () => undefined,
});
export default change;

/** Undefined fields stay as they are; `pin` null: none. */
export interface VersionChange {
  readonly name: string;
  readonly isHeld?: boolean;
  readonly pin?: Pin | null;
}

export function changeVersions({ name, isHeld, pin: next }: VersionChange): Plan {
  return change.plan(null, {
    locks: [exclusive('versions of packages')],
    steps: [
      ...(next === undefined ? [] : [pin.plan({ name, pin: next })]),
      ...(isHeld === undefined ? [] : [hold.plan({ name, isHeld })]),
    ],
  });
}
