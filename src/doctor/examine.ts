// Runs the checks of --doctor, or those of fetch_security_advice, one after the other, without changing anything.
import type { SecurityAdvice } from '../core/context.ts';
import type { Check, Finding, Severity, Subject } from '../ground/doctor/check.ts';
import { checks, securityChecks } from '../capabilities/checks.generated.ts';

export interface CheckFinding extends Omit<Finding, 'key'> {
  /** The name of the check's file, such as `disk-space`. */
  readonly check: string;
  readonly title: string;
}

/** Runs the checks of --doctor. Passes each finding to `show` as soon as it is made. @returns all findings. */
export async function examine(
  subject: Subject,
  show: (finding: CheckFinding) => void = () => undefined,
): Promise<CheckFinding[]> {
  const findings: CheckFinding[] = [];
  for (const { name, check } of await load(checks)) {
    for (const { severity, message, command } of await findingsOf(check, subject)) {
      const finding = { severity, message, ...(command === undefined ? {} : { command }) };
      const named = { check: name, title: check.title, ...finding };
      show(named);
      findings.push(named);
    }
  }
  return findings;
}

/** Runs the checks that are about security. */
export async function adviseOnSecurity(subject: Subject): Promise<SecurityAdvice[]> {
  const advice: SecurityAdvice[] = [];
  for (const { check } of await load(securityChecks)) {
    const module = check.advisor ?? check.title;
    for (const { severity, message, command, key } of await findingsOf(check, subject)) {
      advice.push({ module, key: key ?? `${module}_${severity}`, severity, message, command });
    }
  }
  return advice;
}

/** In their order. */
async function load(listed: typeof checks) {
  const loaded = await Promise.all(
    Object.entries(listed).map(async ([name, loader]) => ({ name, check: (await loader()).default })),
  );
  return loaded.sort((a, b) => a.check.order - b.check.order);
}

async function findingsOf(check: Check, subject: Subject): Promise<readonly Finding[]> {
  try {
    return await check.run(subject);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [{ severity: 'problem', message: `This check failed: ${reason}` }];
  }
}

export function isToFix(severity: Severity): boolean {
  return severity === 'warning' || severity === 'problem';
}
