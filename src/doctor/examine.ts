// Runs every check on an installation, one after the other, without changing anything.
import type { Check, Finding, Severity, Subject } from './check.ts';
import { checks } from './checks.generated.ts';

export interface CheckFinding extends Finding {
  /** The name of the check's file, such as `disk-space`. */
  readonly check: string;
  readonly title: string;
}

/** Passes each finding to `show` as soon as it is made. @returns all findings. */
export async function examine(
  subject: Subject,
  show: (finding: CheckFinding) => void = () => undefined,
): Promise<CheckFinding[]> {
  const loaded = await Promise.all(
    Object.entries(checks).map(async ([name, load]) => ({ name, check: (await load()).default })),
  );
  const findings: CheckFinding[] = [];
  for (const { name, check } of loaded.sort((a, b) => a.check.order - b.check.order)) {
    for (const finding of await findingsOf(check, subject)) {
      const named = { check: name, title: check.title, ...finding };
      show(named);
      findings.push(named);
    }
  }
  return findings;
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
