// The checks of fetch_security_advice.
import type { SecurityAdvice } from '../core/context.ts';
import { adviseOnSecurity } from './examine.ts';
import { withSubject, type ExaminedInstallation } from './subject.ts';

export function advise(installation: ExaminedInstallation): Promise<readonly SecurityAdvice[]> {
  return withSubject(installation, adviseOnSecurity);
}
